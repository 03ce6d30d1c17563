"""Reads a dataset by the rules of export_manager 0.x and prints what it finds, as JSON. Changes nothing unless told to.

Written from what export_manager's documentation and tests say it does; only Python's standard library is used.
Usage: export_manager.py DATASET [rewrite]
"""

import csv
import json
import re
import sys
import tomllib
from pathlib import Path

PARCEL_ID = re.compile(r'\A\d{4}-\d{2}-\d{2}T\d{6}Z\Z')


def one_match(folder, parcel_id):
    """The one entry whose name begins with the id. Two are an error to export_manager."""
    matches = list(folder.glob(f'{parcel_id}*'))
    if len(matches) > 1:
        raise SystemExit(f'more than one entry for {parcel_id} in {folder}: {matches}')
    return matches[0] if matches else None


def parcel_ids(dataset):
    """A parcel is anything whose name without its last extension is an id."""
    stems = set()
    for pattern in ('data/*', 'incomplete/*', 'log/*.*'):
        stems.update(path.stem for path in dataset.glob(pattern))
    return sorted(stem for stem in stems if PARCEL_ID.match(stem))


def read_metrics(path):
    rows = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            if row['parcel_id'] in rows:
                raise SystemExit(f'{row["parcel_id"]} stands in metrics.csv twice')
            rows[row['parcel_id']] = row
    return rows


def rewrite_metrics(path, rows):
    """What export_manager does to the file whenever it measures anything."""
    fields = list(next(iter(rows.values())).keys())
    with open(path, 'w', newline='') as file:
        writer = csv.DictWriter(file, fieldnames=fields)
        writer.writeheader()
        writer.writerows(sorted(rows.values(), key=lambda row: row['parcel_id']))


def size(path):
    files = [path] if path.is_file() else [child for child in path.glob('**/*') if child.is_file()]
    return {'files': str(len(files)), 'bytes': str(sum(file.stat().st_size for file in files))}


def main():
    dataset = Path(sys.argv[1])
    config = tomllib.loads((dataset / 'config.toml').read_text())
    metrics = read_metrics(dataset / 'metrics.csv')
    parcels = []
    for parcel_id in parcel_ids(dataset):
        data = one_match(dataset / 'data', parcel_id)
        incomplete = one_match(dataset / 'incomplete', parcel_id)
        found = data or incomplete
        parcels.append({
            'id': parcel_id,
            'complete': data is not None,
            'name': found.name if found else None,
            'stdout': (dataset / 'log' / f'{parcel_id}.out').is_file(),
            'stderr': (dataset / 'log' / f'{parcel_id}.err').is_file(),
            **(size(found) if found else {}),
        })
    if sys.argv[2:] == ['rewrite']:
        rewrite_metrics(dataset / 'metrics.csv', metrics)
    print(json.dumps({'config': config, 'metrics': metrics, 'parcels': parcels}))


main()
