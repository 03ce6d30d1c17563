import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasSshd, startSshd } from '../servers/sshd.ts'
import { hasSwift, startSwift, swiftKeys } from '../servers/swift.ts'
import { cli, startCli, until } from '../support/cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  type Machine,
  first,
  inodesOf,
  livelyMachine,
  newKey,
  publishedIn,
  third,
  treeOf,
} from './bare-machine.fixture.ts'

type Root = { datasets: { dataset: string; state: string; parcels: number; lost: Record<string, string> }[] }

/** Everything goes, and comes back from the target alone; then the root works on as before. */
async function comesBack(machine: Machine, vault: () => Record<string, unknown>): Promise<void> {
  const before = machine.contents()
  machine.destroy()
  const restored = await machine.restore('--json')
  expect(restored).toMatchObject({ status: 0 })
  const { datasets } = restored.json() as Root
  expect(datasets.map(({ dataset, state }) => [dataset, state])).toEqual(
    ['bank', 'letters', 'photos', 'tasks'].map((name) => [name, 'restored']),
  )
  expect(datasets[1]!.lost).toEqual({ [third]: 'it was suspect, and those are not published' })
  const after = machine.contents()
  // The suspect one was nowhere else; what was pruned here was still at the target.
  const { [`letters/data/${third}.txt`]: lost, ...rest } = before
  expect(lost).toBeDefined()
  const old = Object.keys(after).filter((path) => !(path in rest))
  expect(old).toEqual([`tasks/data/${first}.json.gz`])
  expect(after).toMatchObject(rest)

  expect(await machine.type('report', '--check')).toMatchObject({ status: 0 })
  expect((await machine.type('verify', '--all')).stderr).toBe('')
  const there = vault()
  const run = await machine.type('run', '--json')
  expect(run).toMatchObject({ status: 0 })
  expect(Object.values(publishedIn(run)).flat()).toEqual([])
  // What comes of it goes there, and nothing else.
  writeFileSync(join(machine.root, 'account.json'), '[{"id":8}]')
  writeFileSync(join(machine.root, 'letter.txt'), 'another letter that is long enough')
  // Secrets are nowhere but on the machine.
  mkdirSync(join(machine.root, 'tasks/secrets'))
  writeFileSync(join(machine.root, 'tasks/secrets/token'), 'abc')
  const exported = await machine.type('export', 'letters', 'photos', 'tasks', '--json')
  expect(exported).toMatchObject({ status: 0 })
  const published = publishedIn(exported)
  expect(Object.entries(published).map(([name, parcels]) => [name, parcels.length])).toEqual([
    ['letters', 1],
    ['photos', 1],
    ['tasks', 1],
  ])
  expect(vault()).toMatchObject(there)
  expect(await machine.type('report', '--check')).toMatchObject({ status: 0 })
  expect(machine.contents()[`tasks/data/${first}.json.gz`]).toBeUndefined()
}

describe('a root whose machine is lost', () => {
  it.each(['mirror', 'daily'])(
    'comes back whole from a folder, and works on (%s)',
    async (layout) => {
      const path = join(temporaryFolder(), 'vault')
      const machine = await livelyMachine(
        `[targets.vault]\nkind = "folder"\npath = ${JSON.stringify(path)}\nlayout = "${layout}"\n`,
      )
      await comesBack(machine, () => inodesOf(path))
    },
    180_000,
  )

  it('comes back whole from encrypted copies, with the key and only with it', async () => {
    const path = join(temporaryFolder(), 'vault')
    const key = await newKey()
    const target = `[targets.vault]\nkind = "folder"\npath = ${JSON.stringify(path)}\n`
    const encrypt = `encrypt = { kind = "age", recipients = ["${key.recipient}"] }\n`
    const machine = await livelyMachine(`${target}${encrypt}`, key)
    expect(Object.keys(treeOf(path)).filter((name) => !/\.age$|\.sha256$/.test(name))).toEqual(['RECOVER.md'])
    const empty = join(temporaryFolder(), 'root')
    const config = ['--config', join(machine.safe, 'recover.toml')]
    const locked = await cli(['restore', '--root', empty, '--from', 'vault', ...config])
    expect(locked.stderr).toContain(key.recipient)
    expect(locked.stderr).toContain('--identity')
    expect(existsSync(join(empty, 'tasks'))).toBe(false)
    await comesBack(machine, () => inodesOf(path))
  }, 180_000)

  it('comes back when the restore is killed in the middle, and started again', async () => {
    const path = join(temporaryFolder(), 'vault')
    const target = `[targets.vault]\nkind = "folder"\npath = ${JSON.stringify(path)}\n`
    const machine = await livelyMachine(target)
    // What comes last is long, and comes slowly.
    const large = join(machine.root, 'zoo')
    mkdirSync(large)
    writeFileSync(
      join(large, 'config.toml'),
      'publish = ["vault"]\ncmd = "mkdir $PARCEL_PATH && echo 1 > $PARCEL_PATH/a && head -c 3000000 /dev/zero > $PARCEL_PATH/b"\n',
    )
    expect((await machine.type('export', 'zoo')).status).toBe(0)
    const before = machine.contents()
    machine.destroy()
    const slow = join(machine.safe, 'slow.toml')
    writeFileSync(slow, `${target}limit = "200 kB/s"\n`)
    const { child, ended } = startCli(['restore', '--root', machine.root, '--from', 'vault', '--config', slow])
    const staged = join(machine.root, '.unsilo-restore/zoo/data')
    await until(() => existsSync(staged) && Object.keys(treeOf(staged)).length > 1)
    child.kill('SIGKILL')
    expect((await ended).status).toBe('SIGKILL')
    expect(readdirSync(machine.root).sort()).toEqual(
      ['.unsilo-restore', 'bank', 'letters', 'photos', 'tasks', 'unsilo.toml'].sort(),
    )
    const tasks = statSync(join(machine.root, 'tasks')).ino
    const again = await machine.restore('--json')
    expect(again.status).toBe(0)
    const { datasets } = again.json() as Root
    expect(datasets.map(({ state }) => state)).toEqual(['there', 'there', 'there', 'there', 'restored'])
    expect(statSync(join(machine.root, 'tasks')).ino).toBe(tasks)
    const { [`letters/data/${third}.txt`]: _, ...rest } = before
    expect(machine.contents()).toMatchObject(rest)
    expect(existsSync(join(machine.root, '.unsilo-restore'))).toBe(false)
    expect((await machine.type('verify', '--all')).status).toBe(0)
  }, 180_000)
})

describe.skipIf(!hasSwift)(
  'a root whose machine is lost (skipped where OpenStack Swift is not installed: npm run setup)',
  () => {
    it('comes back whole from a bucket', async () => {
      const swift = await startSwift()
      onTestFinished(() => swift.stop())
      await swift.makeBucket('backups')
      const { id, secret } = swiftKeys.tester
      const file = join(temporaryFolder(), 'secret')
      writeFileSync(file, `${secret}\n`)
      const machine = await livelyMachine(
        tableOf({
          kind: 's3',
          bucket: 'backups',
          prefix: 'laptop',
          region: 'us-east-1',
          endpoint: swift.endpoint,
          access_key_id: id,
          secret_access_key: { file },
        }),
      )
      const puts = (): number => swift.requests().filter((line) => /PUT .*\/data\//.test(line)).length
      await comesBack(machine, () => ({ hasPuts: puts() > 0 }))
    }, 300_000)
  },
)

describe.skipIf(!hasSshd)('a root whose machine is lost (skipped where sshd is not installed: npm run setup)', () => {
  it('comes back whole over SFTP', async () => {
    const server = await startSshd()
    onTestFinished(() => server.stop())
    const path = join(temporaryFolder(), 'vault')
    const machine = await livelyMachine(
      tableOf({
        kind: 'sftp',
        host: '127.0.0.1',
        port: server.port,
        user: server.user,
        path,
        key: server.keyFile,
        agent: false,
        known_hosts: server.knownHosts,
      }),
    )
    await comesBack(machine, () => inodesOf(path))
  }, 300_000)
})

function tableOf(keys: Record<string, unknown>): string {
  return stringify({ targets: { vault: keys } })
}
