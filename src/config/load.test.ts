import { expect, it, vi } from 'vitest'
import { systemFiles } from '../system/files.ts'
import type { DatasetConfig } from './dataset-config.ts'
import { type LoadedConfig, loadDatasets } from './load.ts'
import { configError, sayProblem } from './problem.ts'
import { temporaryRoot } from './temporary-root.fixture.ts'

const lines = vi.hoisted(() => ({ parserLoaded: false }))
vi.mock('toml-eslint-parser', async (original) => {
  lines.parserLoaded = true
  return original()
})

const load = (contents: Record<string, string>, names: string[] = []): Promise<LoadedConfig> =>
  loadDatasets(systemFiles, temporaryRoot(contents), names)

async function problemsOf(contents: Record<string, string>): Promise<string[]> {
  return (await load(contents)).problems.map(sayProblem)
}

/** The one problem of a `config.toml` in the dataset `todoist`. */
async function problemOf(config: string): Promise<string> {
  const problems = await problemsOf({ 'todoist/config.toml': config })
  expect(problems).toHaveLength(1)
  return problems[0]!
}

async function configOf(config: string, root = ''): Promise<DatasetConfig> {
  const { datasets, problems } = await load({ 'todoist/config.toml': config, 'unsilo.toml': root })
  expect(problems).toEqual([])
  return datasets[0]!.config
}

it('loads fifty datasets in a few milliseconds, without the parser that finds lines', async () => {
  const text = 'interval = "1 day"\nkeep = 5\ncmd = "true"\nmetrics.tasks.cmd = "wc -l < $PARCEL_PATH"\n'
  const contents = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`dataset-${n}/config.toml`, text]))
  const { datasets } = await load(contents)
  expect(datasets).toHaveLength(50)
  expect(lines.parserLoaded).toBe(false)
})

it('names file, line and nearest key for a typo', async () => {
  expect(await problemOf('cmd = "true"\n\nintervall = "1 day"\n')).toBe(
    'todoist/config.toml:3: unknown key "intervall": did you mean "interval"?',
  )
})

it('names the nearest warning for a typo in accept, and says where those of the root are accepted', async () => {
  const accept = (what: string): string => `accept = [{ what = "${what}", because = "known" }]\n`
  expect(await problemOf(accept('frozn'))).toMatch(
    /^todoist\/config\.toml:1: accept\[0\]\.what: "frozn" is not one of "broken", .* Did you mean "frozen"\?$/,
  )
  expect(await problemOf(accept('disk'))).toBe(
    'todoist/config.toml:1: accept[0].what: "disk" is no warning of a dataset but of the root: accept it in unsilo.toml, above its first [table]',
  )
  const ofRoot = async (what: string): Promise<string[]> => problemsOf({ 'unsilo.toml': accept(what) })
  expect(await ofRoot('disk')).toEqual([])
  expect(await ofRoot('late')).toEqual([
    `unsilo.toml:1: accept[0].what: "late" is a warning of a dataset: accept it in that dataset's config.toml, or for all under [defaults]`,
  ])
  expect(await ofRoot('dsik')).toEqual([
    'unsilo.toml:1: accept[0].what: "dsik" is not one of "disk", "full". Did you mean "disk"?',
  ])
})

it('says what is wrong with a day, a reason and a link', async () => {
  const because = 'because = "known"'
  expect(await problemOf(`accept = [{ what = "late", until = "soon", ${because} }]\n`)).toBe(
    'todoist/config.toml:1: accept[0].until: "soon" is not a day. Write it like "2026-12-01".',
  )
  expect(await problemOf(`accept = [{ what = "late", until = "2026-02-30", ${because} }]\n`)).toContain('is not a day')
  expect(await problemOf(`accept = [{ what = "late", until = 2026-12-01, ${because} }]\n`)).toContain(
    'accept[0].until: must be text such as "2026-12-01"',
  )
  expect(await problemOf('accept = [{ what = "late" }]\n')).toBe('todoist/config.toml:1: accept[0].because: is missing')
  expect(await problemOf('accept = [{ what = "late", because = " " }]\n')).toContain('accept[0].because: is empty')
  expect(await problemOf(`accept = [{ what = "late", untill = "2026-12-01", ${because} }]\n`)).toContain(
    'unknown key "untill": did you mean "until"?',
  )
  expect(await problemOf(`accept = { what = "late", ${because} }\n`)).toContain('accept: expects a list')
  for (const link of ['takeout.google.com', 'javascript:alert(1)', 'file:///etc/passwd']) {
    expect(await problemOf(`link = "${link}"\n`)).toBe(
      'todoist/config.toml:1: link: must be the address of a page, as in "https://takeout.google.com"',
    )
  }
})

it('looks for the nearest key in the very table that the typo is in', async () => {
  expect(await problemOf('[metrics.tasks]\ncmdd = "true"\ncmd = "true"')).toBe(
    'todoist/config.toml:2: metrics.tasks: unknown key "cmdd": did you mean "cmd"?',
  )
  expect(await problemOf('ingest.path = ["x"]')).toBe(
    'todoist/config.toml:1: ingest: unknown key "path": did you mean "paths"?',
  )
  expect(await problemOf('ingest = { interval = "1 day" }')).toBe(
    'todoist/config.toml:1: ingest: unknown key "interval". If it is meant for the whole file, write it above the first [table]. Known here: paths, time_source.',
  )
})

it('passes on what the duration parser says', async () => {
  expect(await problemOf('max_age = "1 dya"')).toBe(
    'todoist/config.toml:1: max_age: "1 dya" is not a duration. Write it like "1 day", "90m", "1 day, 2 hours" or "1w2d3h5m4s".',
  )
  expect(await problemOf('\ninterval = "1 dya"')).toMatch(
    /^todoist\/config.toml:2: interval: "1 dya" is not a duration\. /,
  )
})

it('reports all problems of three files at once', async () => {
  const problems = await problemsOf({
    'a/config.toml': 'git = 1\nkep = 5\nstdout = "json"\n',
    'b/config.toml': 'cmd = true day\n',
    'c/config.toml': 'cmd = "true"\n',
    'unsilo.toml': '[defaults]\nretries = 0\n',
  })
  expect(problems).toEqual([
    'unsilo.toml:2: defaults.retries: must be at least 1',
    'a/config.toml:1: git: expects true or false, not a number',
    'a/config.toml:2: unknown key "kep": did you mean "keep"?',
    'a/config.toml:3: stdout: has no use without `cmd`. Add the command whose output it is about, or remove it.',
    expect.stringMatching(/^b\/config\.toml:1:12: not valid TOML: /),
  ])
})

it('loads the datasets that are right beside one that is wrong', async () => {
  const { datasets, problems } = await load({ 'a/config.toml': 'x = 1', 'b/config.toml': 'keep = 1' })
  expect(datasets.map(({ name }) => name)).toEqual(['b'])
  expect(problems).toHaveLength(1)
  expect(configError(problems)).toMatchObject({
    code: 'config',
    message: expect.stringMatching(
      /^a\/config\.toml:1: unknown key "x"\. Known here: cmd, source, env, (?:\w+, )+trash_days\.$/,
    ),
  })
})

it('loads no dataset without its defaults when unsilo.toml is wrong', async () => {
  const { datasets, problems } = await load({ 'a/config.toml': 'cmd = "true"', 'unsilo.toml': 'default.keep = 3' })
  expect(datasets).toEqual([])
  expect(problems.map(sayProblem)).toEqual(['unsilo.toml:1: unknown key "default": did you mean "defaults"?'])
})

it("loads export_manager's configuration", async () => {
  const config = await configOf(`
    # Command to invoke.
    cmd = "TODOIST_API_TOKEN=your_token exporteer_todoist full_sync > $PARCEL_PATH.json"
    interval = "1 day"
    keep = 5
    git = true
    metrics.tasks.cmd = "jq '.items | length' $PARCEL_PATH"
    ingest.paths = ["/Users/me/Dropbox/*.opml"]
    ingest.time_source = "mtime"
  `)
  expect(config).toMatchObject({
    command: { cmd: 'TODOIST_API_TOKEN=your_token exporteer_todoist full_sync > $PARCEL_PATH.json' },
    git: true,
    metrics: { tasks: { cmd: "jq '.items | length' $PARCEL_PATH" } },
    ingest: { paths: ['/Users/me/Dropbox/*.opml'], timeSource: 'mtime' },
  })
  expect(config.schedule).toEqual({ kind: 'interval', intervalMs: 86_400_000 })
  expect(config.keep).toMatchObject({ last: 5, min: 3 })
})

it("finds nothing to do in export_manager's untouched template", async () => {
  const config = await configOf('# cmd = "echo example > $PARCEL_PATH.txt"\n# keep = 5\n# interval = "1 day"\n')
  expect(config).toMatchObject({
    command: undefined,
    schedule: { kind: 'manual' },
    keep: undefined,
    retries: 1,
    compress: 'none',
    git: false,
    metrics: {},
    ingest: { paths: [], timeSource: 'now' },
  })
})

it('gives times in ms, and the one glob of ingest.paths as a list', async () => {
  const config = await configOf('timeout = "30m"\nsilence = "5 minutes"\nmax_age = "3 days"\ningest.paths = "*.zip"')
  expect(config).toMatchObject({ timeoutMs: 1_800_000, silenceMs: 300_000, maxAgeMs: 259_200_000 })
  expect(config.ingest.paths).toEqual(['*.zip'])
})

it.each([
  ['interval = 5', 'interval: 5 is not a duration: it needs a unit and quotes, as in "5 minutes" or "5 days"'],
  ['retries = "3"', 'retries: expects a number, not text. Write it without quotes: 3.'],
  ['retries = 1.5', 'retries: expects a whole number, not 1.5'],
  ['git = "true"', 'git: expects true or false, not text. Write it without quotes: true.'],
  ['ingest.paths = 3', 'ingest.paths: expects text or a list, not a number. Put it in quotes: "3".'],
  ['ingest.paths = ["a", 3]', 'ingest.paths[1]: expects text, not a number. Put it in quotes: "3".'],
  ['metrics.tasks = "wc"', 'metrics.tasks: expects a table, not text. A table has keys; here: cmd.'],
  ['metrics."open tasks" = {}', 'metrics."open tasks".cmd: is missing'],
  [
    'metrics.files.cmd = "x"',
    'metrics.files: "files" is a column of metrics.csv that unsilo fills itself. Give the metric another name.',
  ],
  ['cmd = "x"\ncompress = "gzp"', 'compress: "gzp" is not one of "none", "gzip", "zstd". Did you mean "gzip"?'],
  ['compress = "zstd"', 'compress: has no use without `cmd`. Add the command whose output it is about, or remove it.'],
  ['cmd = "x"\nstdout = ".json"', 'stdout: ".json" is not an extension. Write it like "json", without the dot.'],
  ['cmd = "x"\nstdout = "a/b"', 'stdout: "a/b" is not an extension. Write it like "json", without the dot.'],
  ['timeout = "0s"', 'timeout: must be longer than nothing. Leave it out for no limit.'],
  ['silence = "30 days"', 'silence: must be at most 24 days'],
  ['keep = -1', 'keep: must be at least 0'],
  ['keep = "5"', 'keep: expects a number or a table, not text. Write it without quotes: 5.'],
  ['[keep]\ndialy = 7', 'keep: unknown key "dialy": did you mean "daily"?'],
  ['guard.min_bytes = "10 XB"', 'guard.min_bytes: "10 XB" is not a size. Write it like "10 MB", "1.5 GiB" or 300.'],
  ['guard.max_shrink = 0.5', 'guard.max_shrink: expects text, not a number. Put it in quotes: "0.5".'],
  ['max_age = 2020-01-01', 'max_age: expects text, not a date'],
  ['max_age = 3', 'max_age: 3 is not a duration: it needs a unit and quotes, as in "3 minutes" or "3 days"'],
  ['timeout = 1.5', 'timeout: 1.5 is not a duration: it needs a unit and quotes, as in "2 minutes" or "2 days"'],
])('says in plain words what is wrong with %s', async (config, message) => {
  const line = config.split('\n').length
  expect(await problemOf(config)).toBe(`todoist/config.toml:${line}: ${message}`)
})

it('reads what export_manager takes for nothing as nothing', async () => {
  const config = await configOf('cmd = ""\ninterval = ""\nkeep = 0')
  expect(config).toMatchObject({ command: undefined, schedule: { kind: 'manual' }, keep: undefined })
})

it('refuses an interval together with a schedule', async () => {
  expect(await problemOf('interval = "1 day"\nschedule = "0 3 * * *"')).toMatch(/^todoist\/config\.toml:2: schedule: /)
})

it('refuses a max_age in which no export is due, and leaves a default out where it is', async () => {
  expect(await problemOf('interval = "1 day"\nmax_age = "20 hours"')).toBe(
    'todoist/config.toml:2: max_age: is shorter than the interval (1 day): the dataset would be late before each export. Make it longer than the interval, or leave it out: an interval and a quarter. Or shorten the interval.',
  )
  const root = '[defaults]\nmax_age = "3 days"\n'
  expect(await configOf('interval = "3 days"', root)).toMatchObject({ maxAgeMs: 259_200_000 })
  expect(await configOf('interval = "1 week"', root)).toMatchObject({ maxAgeMs: undefined })
})

it('lets the keys of a dataset win over the defaults', async () => {
  const root = '[defaults]\nretries = 3\ntimeout = "1h"\ncompress = "zstd"\n'
  const config = await configOf('cmd = "x"\nretries = 2', root)
  expect(config).toMatchObject({ retries: 2, timeoutMs: 3_600_000, compress: 'zstd' })
})

it('sees no conflict between an interval of its own and a default schedule, nor the other way round', async () => {
  const nightly = '[defaults]\nschedule = "0 3 * * *"\ntimezone = "Europe/Berlin"'
  expect((await configOf('interval = "2 days"', nightly)).schedule).toMatchObject({ kind: 'interval' })
  const daily = '[defaults]\ninterval = "1 day"\ntimezone = "Europe/Berlin"'
  expect((await configOf('schedule = "0 4 * * *"', daily)).schedule).toEqual({
    kind: 'cron',
    pattern: '0 4 * * *',
    timezone: 'Europe/Berlin',
  })
})

it('blames the zone, not the schedule, for a zone that does not exist', async () => {
  expect(await problemOf('schedule = "0 3 * * *"\ntimezone = "Europe/Berln"')).toMatch(
    /^todoist\/config\.toml:2: timezone: "Europe\/Berln" is not a known time zone\. /,
  )
  expect(await problemOf('schedule = "0 30 * * *"')).toMatch(/^todoist\/config\.toml:1: schedule: /)
})

const vault = '[targets.vault]\nkind = "folder"\npath = "../vault"\n'

it('knows the targets of the root, and which of them a dataset publishes to', async () => {
  const contents = {
    'todoist/config.toml': 'publish = ["nas", "vault", "nas"]',
    'unsilo.toml': `${vault}[targets.nas]\nkind = "folder"\npath = "/mnt/nas/exports"`,
  }
  const { root, datasets, problems } = await load(contents)
  expect(problems).toEqual([])
  expect(root.targets).toEqual({
    vault: { kind: 'folder', path: '../vault', tries: 4, layout: 'mirror', max_delete: 10 },
    nas: { kind: 'folder', path: '/mnt/nas/exports', tries: 4, layout: 'mirror', max_delete: 10 },
  })
  expect(datasets[0]!.config.publish).toEqual(['nas', 'vault'])
  expect((await configOf('', `${vault}[defaults]\npublish = ["vault"]`)).publish).toEqual(['vault'])
  expect((await configOf('publish = []', `${vault}[defaults]\npublish = ["vault"]`)).publish).toEqual([])
})

it('says which target is not there, where, and which are', async () => {
  const nas = '[targets.nas]\nkind = "folder"\npath = "/mnt/nas"\n'
  const config = '\npublish = [\n  "nas",\n  "valt",\n]'
  expect(await problemsOf({ 'todoist/config.toml': config, 'unsilo.toml': vault + nas })).toEqual([
    'todoist/config.toml:4: publish[1]: unsilo.toml has no target "valt": did you mean "vault"? Its targets: vault, nas.',
  ])
  expect(await problemsOf({ 'todoist/config.toml': 'publish = ["s3"]', 'unsilo.toml': vault })).toEqual([
    'todoist/config.toml:1: publish[0]: unsilo.toml has no target "s3". Its targets: vault.',
  ])
  expect(await problemOf('publish = ["toString"]')).toBe(
    'todoist/config.toml:1: publish[0]: unsilo.toml has no target "toString". Add [targets.toString] to it.',
  )
})

it('says that a drain waits for a target that the dataset does not publish to', async () => {
  const source = (after: string): string => `
[source]
kind = "rest"
base = "https://study.example.org"

[[source.streams]]
name = "entries"
path = "entries"
key = "id"

[source.drain]
stream = "entries"
request = "DELETE entries/{id}"
after = { targets = [${after}] }
`
  const files = (config: string) => ({ 'todoist/config.toml': config, 'unsilo.toml': vault })
  expect(await problemsOf(files(`publish = ["vault"]\n${source('"vault"')}`))).toEqual([])
  expect(await problemsOf(files(source('"vault"')))).toEqual([
    'todoist/config.toml:14: source.drain.after.targets: vault is no target of this dataset, so it would never have a parcel. ' +
      'Add it to `publish`: publish = ["vault"].',
  ])
  const lacking = source('')
    .replace('entries/{id}', 'entries')
    .replace(/after = .*/, '')
  expect(await problemOf(lacking)).toMatch(
    /^todoist\/config.toml:13: source.drain.request: lacks \{id\}: without it, one request may stand for several records/,
  )
})

it('tells a wrong target once, not again for each dataset that uses it', async () => {
  const datasets = { 'a/config.toml': 'publish = ["vault"]', 'b/config.toml': 'publish = ["vault"]' }
  const unsilo = (text: string): Promise<string[]> => problemsOf({ ...datasets, 'unsilo.toml': text })
  expect(await unsilo(vault.replace('folder', 'foldr'))).toEqual([
    expect.stringMatching(
      /^unsilo\.toml:2: targets\.vault\.kind: "foldr" is not one of "folder", .*\. Did you mean "folder"\?$/,
    ),
  ])
  expect(await unsilo(vault.replace('path', 'paht'))).toEqual([
    'unsilo.toml:3: targets.vault: unknown key "paht": did you mean "path"?',
  ])
  expect(await unsilo('[targets.vault]\npath = "/x"')).toEqual([
    expect.stringMatching(/^unsilo\.toml:1: targets\.vault\.kind: is missing\. One of "folder", .*\.$/),
  ])
  expect(await unsilo('[targets]\nvault = "/mnt/vault"')).toEqual([
    expect.stringMatching(
      /^unsilo\.toml:2: targets\.vault: expects a table, not text\. A table has keys; here: kind, path, .*\.$/,
    ),
  ])
  expect(await unsilo(`${vault}limit = "fast"\ntries = 0`)).toEqual([
    'unsilo.toml:4: targets.vault.limit: "fast" is not a number of bytes a second. Write it like "2 MB/s" or "500 kB/s".',
    expect.stringMatching(/^unsilo\.toml:5: targets\.vault\.tries: /),
  ])
  expect(await unsilo(`${vault}[targets."My Disk"]\nkind = "folder"\npath = "/x"`)).toEqual([
    'unsilo.toml:4: targets."My Disk": the name of a target has small letters, digits, "-" and "_" only',
  ])
  expect(await unsilo(`${vault}[defaults]\npublish = ["valt"]`)).toEqual([
    'unsilo.toml:5: defaults.publish[0]: unsilo.toml has no target "valt": did you mean "vault"? Its targets: vault.',
  ])
})

it('tells of a key that other kinds of targets have, and names those that this kind has', async () => {
  const text = '[targets.nas]\nkind = "ftp"\nhost = "nas"\nto = "/x"\nusr = "me"'
  expect(await problemsOf({ 'unsilo.toml': text })).toEqual([
    expect.stringMatching(
      /^unsilo\.toml:4: targets\.nas: unknown key "to": only for kind "rsync"\. Known here: kind, (?!.*bucket)/,
    ),
    'unsilo.toml:5: targets.nas: unknown key "usr": did you mean "user"?',
  ])
})

it.each([
  ['cmd = "x"', 'gzip'],
  ['[source]\nkind = "sqlite"\npath = "a.db"', 'gzip'],
  ['[source]\nkind = "mariadb"\ndatabase = "shop"', 'gzip'],
  ['[source]\nkind = "postgres"\ndatabase = "shop"', 'gzip'],
  ['[source]\nkind = "postgres"\ndatabase = "shop"\nformat = "directory"', 'none'],
  ['[source]\nkind = "rest"\nbase = "https://example.org"\nstreams = [{ name = "all", path = "all" }]', 'gzip'],
  ['[source]\nkind = "folder"\npath = "/etc"', 'none'],
  ['ingest.paths = ["*.zip"]', 'none'],
  ['cmd = ""', 'none'],
])('takes a default for compression where it has a use: %s', async (config, compress) => {
  expect(await configOf(config, 'defaults.compress = "gzip"')).toMatchObject({ compress })
})

it('takes a default for what the content has to be where there is a command', async () => {
  const root = 'defaults.guard = { require = "json", min_bytes = 5 }'
  expect((await configOf('cmd = "x"', root)).guard).toMatchObject({ require: 'json', min_bytes: 5 })
  const { guard } = await configOf('[source]\nkind = "sqlite"\npath = "a.db"', root)
  expect(guard).toMatchObject({ min_bytes: 5 })
})

it('says what has no use beside other keys of the same file, even when those are wrong', async () => {
  const config = `compress = "gzip"\npublish = 5\nguard.require = "json"\nstdout = "json"\n[source]\nkind = "folder"\npath = 5`
  expect(await problemsOf({ 'todoist/config.toml': config })).toEqual([
    'todoist/config.toml:1: compress: has no use with kind = "folder". Say it with `format`, as in "tar.zst".',
    expect.stringMatching(/^todoist\/config\.toml:2: publish: /) as string,
    'todoist/config.toml:3: guard.require: has no use with `source`, which checks each answer itself. Remove it.',
    'todoist/config.toml:4: stdout: has no use without `cmd`. Add the command whose output it is about, or remove it.',
    expect.stringMatching(/^todoist\/config\.toml:7: source\.path: /) as string,
  ])
})

it('keeps keys of one dataset out of the defaults', async () => {
  const problems = await problemsOf({ 'unsilo.toml': '[defaults]\nkeep = 3\ncmd = "x"\n' })
  expect(problems).toEqual([expect.stringMatching(/^unsilo\.toml:3: defaults: unknown key "cmd"/)])
})

it('reports a file that cannot be read, and loads the others', async () => {
  const { datasets, problems } = await load({ 'a/config.toml/x': '', 'b/config.toml': '' })
  expect(datasets.map(({ name }) => name)).toEqual(['b'])
  expect(problems.map(sayProblem)).toEqual([expect.stringMatching(/^a\/config\.toml: cannot read .*: it is a folder/)])
})
