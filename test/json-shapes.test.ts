import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { blocksOf } from './support/doc-blocks.ts'
import { startService } from './simulator/service/service.ts'
import { type CliRoot, cliRoot } from './support/cli.ts'
import { misfits, readShapes } from './support/shapes.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const page = readFileSync(join(resolve(import.meta.dirname, '..'), 'docs/json.md'), 'utf8')
const shapes = readShapes(
  blocksOf(page)
    .filter(({ info }) => info === 'ts')
    .map(({ text }) => text)
    .join('\n'),
)

/** In this order: later commands change what earlier ones have looked at. */
const work: readonly [command: string, shape: string][] = [
  ['run', 'Run'],
  ['run --dry-run', 'Run'],
  ['report', 'Report'],
  ['report todo', 'Report'],
  ['parcels todo --all', 'Parcels'],
  ['show todo GOOD', 'Show'],
  ['show todo SUSPECT', 'Show'],
  ['show todo FAILED', 'Show'],
  ['log todo', 'Log'],
  ['log todo GOOD', 'ParcelLog'],
  ['why todo', 'Why'],
  ['why bank', 'Why'],
  ['restore todo --to back --parcel GOOD', 'Restore'],
  ['restore shop --database shop.db --to back.db', 'RestoreDatabase'],
  ['restore todo --from vault --to fetched', 'Restore'],
  ['restore todo --from vault --parcel all --to all', 'RestoreAll'],
  ['restore --root again --from vault --config unsilo.toml', 'RestoreRoot'],
  ['pack --dry-run', 'Pack'],
  ['pack', 'Pack'],
  ['parcels attic', 'Parcels'],
  ['unpack attic', 'Unpack'],
  ['prune --dry-run', 'Prune'],
  ['publish --dry-run', 'Publish'],
  ['publish', 'Publish'],
  ['verify', 'Verify'],
  ['metrics recompute', 'Recompute'],
  ['views', 'Views'],
  ['views todo', 'Views'],
  ['check', 'Check'],
  ['query nothing', 'Failure'],
  ['search 1', 'Search'],
  ['types', 'Types'],
  ['types --output types.ts', 'Types'],
  ['items todo/nothing', 'Failure'],
  ['config validate', 'Validate'],
  ['config show todo bank', 'ConfigShow'],
  ['doctor', 'Doctor'],
  ['schedule status', 'ScheduleStatus'],
  ['schedule install --with cron', 'ScheduleInstall'],
  ['schedule status', 'ScheduleStatus'],
  ['schedule remove', 'ScheduleRemove'],
  ['alert test', 'AlertTest'],
  ['alert list', 'AlertList'],
  ['watch', 'Watch'],
  ['rehearse todo --fail token-expired', 'Rehearse'],
  ['rehearse todo --fail never-ran --send', 'Rehearse'],
  ['accept todo SUSPECT', 'Accept'],
  ['accept todo SUSPECT', 'Accept'],
  ['drain --dry-run', 'Drain'],
  ['prune', 'Prune'],
  ['recover todo', 'Recover'],
  ['thin --dry-run', 'Thin'],
  ['thin', 'Thin'],
  ['thin todo --undo all', 'ThinUndo'],
  ['init letters', 'Init'],
  ['ingest todo moved.json', 'Ingest'],
  ['export todo bank', 'Run'],
  ['report --format json', 'Report'],
  ['wrap wrapped.txt -- echo hello', 'Wrap'],
  ['show todo 2001-01-01T000000Z', 'Failure'],
  ['export nothing', 'Failure'],
]

const config = `interval = "1 day"
cmd = "cat ../todo.json"
stdout = "json"
keep = 1
publish = ["vault"]
guard.min_bytes = 5
views.numbers = { key = "hash", checks = { nothing = { not_null = true }, rows = { rows = { as = "numbers" } } }, window = { newest = 2, by = "id" }, feed = { time = "value", title = "value" } }
thin = { views = ["numbers"] }
publish_view.numbers = { view = "numbers", file = "numbers.csv" }
metrics.items.cmd = "wc -c < $PARCEL_PATH"
metrics.broken.cmd = "false"
`

const channels = `[alerts.works]
kind = "command"
cmd = "true"
[alerts.fails]
kind = "command"
cmd = "false"
`

const time = '2026-03-01T07:00:00.000Z'
const alerts = JSON.stringify({
  version: 1,
  incidents: [
    {
      id: 'a',
      dataset: 'todo',
      cause: 'late',
      severity: 'error',
      what: 'is late',
      why: 'HTTP 401',
      next: 'wait',
      opened: time,
      evidence: ['a line'],
      lastSent: { works: { at: time, count: 1, severity: 'error' } },
    },
  ],
  channels: {
    works: { since: time },
    fails: { since: time, failing: { since: time, at: time, failures: 2, reason: 'no' } },
  },
})

/** A folder for PATH with a `crontab` that keeps its lines in a file there: not every machine has cron, and nobody's is touched. */
function withCrontab(): string {
  const programs = temporaryFolder()
  const script = `#!/bin/sh\nif [ "$1" = -l ]; then exec cat '${programs}/lines'; else exec cat > '${programs}/lines'; fi\n`
  writeFileSync(join(programs, 'lines'), '')
  writeFileSync(join(programs, 'crontab'), script, { mode: 0o755 })
  return programs
}

/** A root in which every kind of thing has happened: parcels that are good, suspect and failed, one pruned, a mistake. */
async function livelyRoot(): Promise<{ root: CliRoot; ids: Record<'good' | 'suspect' | 'failed', string> }> {
  const root = cliRoot({ PATH: `${withCrontab()}:${process.env['PATH']}` })
  root.write('unsilo.toml', '[targets.vault]\nkind = "folder"\npath = "vault"\n' + channels)
  root.write('.unsilo/alerts.json', alerts)
  root.write('todo/config.toml', config)
  root.write('attic/config.toml', 'pack = { after = "30 days" }\n')
  for (const month of [1, 2, 3]) root.write(`attic/data/2020-0${month}-01T000000Z.txt`, `month ${month}`)
  root.write('bank/config.toml', 'ingest.paths = "../bank-*.csv"\n')
  root.write('shop/config.toml', '[source]\nkind = "sqlite"\npath = "shop.db"\n')
  root.write('shop/data/2026-01-01T000000Z.sqlite', 'a database')
  root.write('typo/config.toml', 'keep = "5"\nintervall = "1 day"\n')
  root.write('broken/config.toml', 'cmd = \n')
  root.write('moved.json', '[1, 2, 3]')
  const exported = async (text: string): Promise<string> => {
    root.write('todo.json', text)
    const { datasets } = (await root.cli('export', 'todo', '--json')).json() as {
      datasets: { exported: { parcel: string } }[]
    }
    return datasets[0]!.exported.parcel
  }
  await exported('[1, 2]')
  const good = await exported('[1, 2]')
  const failed = await exported('[1,')
  await root.cli('prune', 'todo')
  const suspect = await exported('[]')
  root.write('bank-1.csv', 'a,b\n1,2\n')
  return { root, ids: { good, suspect, failed } }
}

describe('what --json prints', () => {
  it('is what docs/json.md says, for every verb', async () => {
    const { root, ids } = await livelyRoot()
    for (const [command, shape] of work) {
      const words = command
        .replace('GOOD', ids.good)
        .replace('SUSPECT', ids.suspect)
        .replace('FAILED', ids.failed)
        .split(' ')
      const answer = await root.cli('--json', ...words)
      const found = misfits(answer.json(), shape, shapes)
      expect.soft(found, `unsilo ${command}\n${answer.stderr}`).toEqual([])
    }
  }, 600_000)

  it('is what docs/json.md says of probe, whatever a server answers', async () => {
    const service = await startService({ faults: [{ stream: 'study', fault: { kind: 'status', status: 500 } }] })
    onTestFinished(() => service.stop())
    const paths = ['/repos/me/x/issues', '/user/me/saved', '/api/v1/tasks', '/page/number?tell=total', '/page/header']
    const others = ['/2.0?method=user.getrecenttracks&format=json', '/v1/posts/all', '/api/v1/bookmarks', '/export']
    const streams = [...paths, ...others].map(
      (path, index) => `[[source.streams]]\nname = "s${index}"\npath = "${path}"\n`,
    )
    const root = cliRoot()
    root.write('api/config.toml', `[source]\nkind = "rest"\nbase = "${service.url}"\n${streams.join('')}`)
    const answer = await root.cli('probe', 'api', '--json')
    expect(answer.status).toBe(1)
    expect(misfits(answer.json(), 'Probe', shapes)).toEqual([])
  })

  it('has a case for each shape that stands for a verb', () => {
    const parts = [
      'ConfigProblem',
      'Problem',
      'Sealed',
      'Published',
      'Withdrawn',
      'Verified',
      'CopyAt',
      'Copies',
      'Skipped',
      'Parked',
      'Drained',
      'Stay',
      'Failed',
      'Due',
      'Warning',
      'Judgement',
      'Decision',
      'LedgerLine',
    ]
    const inner = [
      'Outcome',
      'DatasetReport',
      'Comparison',
      'Parcel',
      'ShownKey',
      'View',
      'CheckResult',
      'ProbedStream',
      'Found',
      'DrainedDataset',
      'ThinnedDataset',
      'ThinDecision',
      'RemadeDataset',
      'ViewCounts',
      'Loss',
      'PackOutcome',
      'PackedPack',
      'RestoredDataset',
      'VerifiedDataset',
      'Status',
      'Trouble',
    ]
    const whole = [...shapes.keys()].filter((name) => ![...parts, ...inner].includes(name))
    expect([...new Set([...work.map(([, shape]) => shape), 'Probe'])].sort()).toEqual(whole.sort())
  })
})

describe('the notation', () => {
  const sample = readShapes(`interface A { /** note */ a: string; b?: B[]; c: 'x' | 'y'; d?: { e: number } | null }
interface B { n: number; r: Record<string, boolean>; [field: string]: unknown }`)

  it('lets through what it describes', () => {
    expect(misfits({ a: 'text', c: 'y', d: null }, 'A', sample)).toEqual([])
    expect(misfits({ a: 'text', c: 'x', b: [{ n: 1, r: { z: true }, more: null }] }, 'A', sample)).toEqual([])
  })

  it.each([
    [{ c: 'x' }, '.a is missing'],
    [{ a: 1, c: 'x' }, '.a: 1 is no string'],
    [{ a: '', c: 'z' }, '.c: "z" is no literal'],
    [{ a: '', c: 'x', f: 1 }, '.f is not documented'],
    [{ a: '', c: 'x', d: { e: null } }, '.d.e: null is no number'],
    [{ a: '', c: 'x', b: [{ n: 1, r: { z: 0 } }] }, '.b[0].r.z: 0 is no boolean'],
    [{ a: '', c: 'x', b: {} }, '.b: {} is no list'],
  ])('says what is not as described: %j', (value, complaint) => {
    expect(misfits(value, 'A', sample)).toEqual([complaint])
  })
})
