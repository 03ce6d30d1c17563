import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'
import { expectPlain } from '../support/plain.ts'

const config = 'cmd = "echo []"\nstdout = "json"\ninterval = "1s"\n'

/** Each start takes a moment: verbs about one dataset are asked for each, those about all of them once. */
const aboutOne = ['parcels', 'log', 'why', 'reprocess-metrics']
const aboutAll = ['run', 'report', 'prune', 'doctor', 'verify', 'views']

describe('a damaged dataset', () => {
  const damages: [string, (root: CliRoot, dataset: string) => void][] = [
    ['metrics that are no table', (root, a) => root.write(`${a}/metrics.csv`, 'garbage\n')],
    ['metrics with an open quote', (root, a) => root.write(`${a}/metrics.csv`, 'parcel_id,success\r\n"2020')],
    [
      'metrics with a parcel twice',
      (root, a) => root.write(`${a}/metrics.csv`, `parcel_id\r\n${'2020-01-01T000000Z\r\n'.repeat(2)}`),
    ],
    ['metrics of zero bytes', (root, a) => root.write(`${a}/metrics.csv`, '\0'.repeat(100))],
    ['a ledger of garbage', (root, a) => root.write(`${a}/ledger.ndjson`, 'x\n{"at":1}\nnull\n[]\n{}\n"\n\0\0\n5\n')],
    [
      'a ledger whose lines lack their parts',
      (root, a) =>
        root.write(
          `${a}/ledger.ndjson`,
          ['started', 'sealed', 'failed', 'accepted', 'pruned', 'frob', 'toString']
            .map((event) => JSON.stringify({ at: '2020-01-01T00:00:00.000Z', event, parcel: '2020-01-01T000000Z' }))
            .join('\n'),
        ),
    ],
    ['a file in place of data/', (root, a) => root.write(`${a}/data`, '')],
    ['a file in place of incomplete/', (root, a) => root.write(`${a}/incomplete`, '')],
    ['a file in place of log/', (root, a) => root.write(`${a}/log`, '')],
    ['a folder in place of metrics.csv', (root, a) => root.write(`${a}/metrics.csv/x`, '')],
    ['a folder in place of the ledger', (root, a) => root.write(`${a}/ledger.ndjson/x`, '')],
    ['a folder in place of config.toml', (root, a) => root.write(`${a}-b/config.toml/x`, '')],
    [
      'a configuration that is not UTF-8',
      (root, a) => root.write(`${a}-b/config.toml`, Buffer.from([0xff, 0xfe]).toString('latin1')),
    ],
    [
      'names that are nearly ids',
      (root, a) =>
        ['9999-99-99T999999Z.json', '2020-02-31T000000Z', 'x'].forEach((name) => root.write(`${a}/data/${name}`, '1')),
    ],
    [
      'links that lead nowhere',
      (root, a) => {
        mkdirSync(join(root.path, `${a}/data`))
        symlinkSync('/nonexistent', join(root.path, `${a}/data/2020-01-01T000000Z.json`))
        symlinkSync('/nonexistent', join(root.path, `${a}-b`))
      },
    ],
    [
      'a glob that is none',
      (root, a) => root.write(`${a}/config.toml`, `${config}ingest.paths = ["[", "{", "", "~nobody/*", "**/../../x["]`),
    ],
  ]

  it.each(damages)('with %s is told of in sentences', async (_, damage) => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    damage(root, 'a')
    const ended = await Promise.all(aboutOne.map((verb) => root.cli(verb, 'a')))
    ended.forEach((one, index) => expectPlain(one, aboutOne[index]!))
  })

  it.each(aboutAll)('is told of in sentences by %s, and the others go on', async (verb) => {
    const root = cliRoot()
    for (const [index, [, damage]] of damages.entries()) {
      root.write(`${index}/config.toml`, config)
      damage(root, String(index))
    }
    root.write('whole/config.toml', config)
    const ended = await root.cli(verb)
    expectPlain(ended, verb)
    if (verb === 'run') expect(root.names('whole/data')).toHaveLength(1)
  })

  it('with damaged metrics still exports, and keeps the damaged file', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    root.write('a/metrics.csv', 'garbage\n')
    const { status, stderr } = await root.cli('run')
    expect(status).toBe(1)
    expect(stderr).toMatch(
      /metrics\.csv is damaged: its first column is not parcel_id\n +→ Mend that line, or move the file away/,
    )
    expect(root.names('a/data')).toHaveLength(1)
    expect(root.read('a/metrics.csv')).toBe('garbage\n')
  })
})

describe('a command that misbehaves', () => {
  it.each([
    ['mkfifo $PARCEL_PATH.json', 'is neither a file nor a folder'],
    ['ln -s /etc/passwd $PARCEL_PATH.json', 'is neither a file nor a folder'],
    ['echo a > $PARCEL_PATH.json.gz', 'is not whole gzip data'],
    ['echo "[" > $PARCEL_PATH.json', 'not valid JSON'],
    ['echo 1 > $PARCEL_PATH.a; echo 2 > $PARCEL_PATH.b', 'more than one parcel'],
    [': > $PARCEL_PATH.json', 'empty'],
    ['mkdir $PARCEL_PATH', 'holds no file'],
    ['rm -r $DATASET_PATH/incomplete', 'wrote nothing'],
    ['rm -r $DATASET_PATH', 'no such file or folder'],
    ['no-such-program', 'exit status 127'],
    ['kill -9 $$', 'ended by SIGKILL'],
  ])('(%s) gives a failed export and a sentence', async (command, message) => {
    const root = cliRoot()
    root.write('a/config.toml', `cmd = '''${command}'''`)
    const ended = await root.cli('export', 'a')
    expectPlain(ended, command)
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain(message)
    expect(root.names('a/data')).toEqual([])
  })
})
