# Snapshots of one list, in order, as a person would merge them: a dictionary by key, the latest of each item, when it was first and
# last there. Prints how many items there are, and how many of them are in the last snapshot.
# python3 dedupe.py FOLDER
import json
import os
import subprocess
import sys

folder = sys.argv[1]
names = sorted(os.listdir(folder))
items = {}
first_seen = {}
last_seen = {}
for name in names:
    path = os.path.join(folder, name)
    if name.endswith('.zst'):
        snapshot = json.loads(subprocess.run(['zstd', '-dcq', path], stdout=subprocess.PIPE, check=True).stdout)
    else:
        with open(path) as file:
            snapshot = json.load(file)
    for item in snapshot:
        key = item['id']
        items[key] = item
        first_seen.setdefault(key, name)
        last_seen[key] = name
print(len(items), sum(seen == names[-1] for seen in last_seen.values()))
