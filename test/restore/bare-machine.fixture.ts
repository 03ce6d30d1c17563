import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { expect } from 'vitest'
import { type Ended, cli } from '../support/cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A machine with a root that is published, and everything that outlives it. */
export interface Machine {
  /** The root. */
  root: string
  /** Of what outlives the machine: `recover.toml`, and the key. */
  safe: string
  /** Runs the tool in the root. */
  type(...args: string[]): Promise<Ended>
  /** Throws the root away, and makes an empty folder in its place. */
  destroy(): void
  /** Types `restore --root` as RECOVER.md says. */
  restore(...args: string[]): Promise<Ended>
  /** What has to come back of each dataset. */
  contents(): Record<string, string>
}

const ids = ['2026-01-01T000000Z', '2026-01-02T000000Z', '2026-01-03T000000Z'] as const
export const [first, , third] = ids

const configs = {
  tasks: `interval = "1 day"
publish = ["vault"]
cmd = "cat ../account.json"
stdout = "json"
compress = "gzip"
keep = { last = 2, min = 1 }
metrics.items.cmd = "gunzip -c $PARCEL_PATH.json.gz | grep -o id | wc -l"
env.TOKEN = { file = "secrets/token" }
`,
  photos: `interval = "1 day"
publish = ["vault"]
cmd = '''mkdir -p "$PARCEL_PATH/deep é/😀" && cp ../account.json "$PARCEL_PATH/a b.json" && echo $PARCEL_ID > "$PARCEL_PATH/deep é/😀/#?&%" && touch "$PARCEL_PATH/.empty"'''
`,
  letters: `publish = ["vault"]
guard.min_bytes = 20
cmd = "cp ../letter.txt $PARCEL_PATH.txt"
`,
  bank: `publish = ["vault"]
ingest.paths = "../in/*.csv"
`,
}

/** Makes a machine on which several things have happened: exports, a suspect one, a failure, something pruned. */
export async function livelyMachine(target: string, key?: { identity: string }): Promise<Machine> {
  const root = join(temporaryFolder(), 'exports')
  const safe = temporaryFolder()
  const type = (...args: string[]): Promise<Ended> => cli(args, { cwd: root })
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('unsilo.toml', target)
  writeFileSync(join(safe, 'recover.toml'), target)
  if (key !== undefined) writeFileSync(join(safe, 'key.txt'), `# created: today\n${key.identity}\n`)
  for (const [name, config] of Object.entries(configs)) write(`${name}/config.toml`, config)
  write('tasks/secrets/token', 'abc')
  for (const [index, id] of ids.slice(0, 3).entries()) {
    write('account.json', JSON.stringify(Array.from({ length: index + 1 }, (_, number) => ({ id: number }))))
    write('letter.txt', index === 2 ? 'short' : `a letter that is long enough, ${index}`)
    for (const name of ['tasks', 'photos', 'letters'])
      expect(await type('export', name, '--parcel-id', id)).toMatchObject({ status: 0 })
  }
  write('in/a.csv', 'a,b\n1,2\n')
  write('account.json', '[')
  // What is due, ingested and pruned; the export of tasks fails.
  expect((await type('run')).status).toBe(1)
  write('account.json', '[{"id":1}]')
  expect((await type('export', 'tasks')).status).toBe(0)
  return {
    root,
    safe,
    type,
    destroy() {
      rmSync(root, { recursive: true })
    },
    restore: (...args) =>
      cli(
        [
          'restore',
          '--root',
          root,
          '--from',
          'vault',
          '--config',
          join(safe, 'recover.toml'),
          ...(key === undefined ? [] : ['--identity', join(safe, 'key.txt')]),
          ...args,
        ],
        { cwd: safe },
      ),
    contents: () => treeOf(root, (path) => /^unsilo\.toml$|^[^/]+\/(?:data\/|config\.toml$|metrics\.csv$)/.test(path)),
  }
}

/** The sha256 of each file below a folder. */
export function treeOf(folder: string, isMeant: (path: string) => boolean = () => true): Record<string, string> {
  const tree: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1)
    if (entry.isFile() && isMeant(path)) {
      tree[path] = createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex')
    }
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Which files are there, and since when: one that is written again is another. */
export function inodesOf(folder: string): Record<string, number> {
  const tree = Object.keys(treeOf(folder)).filter((path) => path.includes('/data/') || /^\d{4}-/.test(path))
  return Object.fromEntries(tree.map((path) => [path, statSync(join(folder, path)).ino]))
}

export async function newKey(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** Ids of the parcels that a run or export has published, by dataset. */
export function publishedIn(ended: Ended): Record<string, string[]> {
  const { datasets } = ended.json() as { datasets: { dataset: string; published: { parcel: string }[] }[] }
  return Object.fromEntries(datasets.map(({ dataset, published }) => [dataset, published.map(({ parcel }) => parcel)]))
}
