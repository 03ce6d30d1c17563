import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot, day, idAgo } from '../support/cli.ts'

const config =
  'cmd = "echo said >&2; echo \'[1]\'"\nstdout = "json"\ninterval = "1 day"\nmetrics.items.cmd = "echo 1"\n'

/** A dataset with a good, a failed and a suspect parcel, oldest first. */
async function history(root: CliRoot): Promise<[string, string, string]> {
  const ids = [idAgo(3 * day), idAgo(2 * day), idAgo(day / 2)] as const
  root.write('a/config.toml', config)
  await root.cli('export', 'a', '-p', ids[0])
  root.write('a/config.toml', config.replace('echo said >&2;', 'echo no token >&2; exit 4;'))
  await root.cli('export', 'a', '-p', ids[1])
  root.write('a/config.toml', `${config}guard.min_bytes = 100\n`)
  await root.cli('export', 'a', '-p', ids[2])
  return [...ids]
}

describe('the verbs that look', () => {
  it('list parcels with their states and the reasons', async () => {
    const root = cliRoot()
    const [good, failed, suspect] = await history(root)
    const { status, stdout } = await root.cli('parcels', 'a')
    expect(status).toBe(0)
    expect(stdout.split('\n').slice(1, 4)).toEqual([
      expect.stringMatching(`${good}  good +1 +4 B`),
      expect.stringMatching(`${failed}  failed .*exit status 4: no token`),
      expect.stringMatching(`${suspect}  suspect +1 +4 B +4 B is less than`),
    ])
    expect((await root.cli('parcels', 'a', '--json')).json()).toMatchObject({
      dataset: 'a',
      parcels: [
        { id: good, state: 'good', files: 1, bytes: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), tries: 1 },
        { id: failed, state: 'failed', because: 'exit status 4: no token', hint: expect.any(String) },
        { id: suspect, state: 'suspect', because: expect.stringContaining('min_bytes') },
      ],
    })
  })

  it('list pruned parcels when all are asked for', async () => {
    const root = cliRoot()
    const [good] = await history(root)
    root.write('a/config.toml', `${config}keep = 1\n`)
    await root.cli('export', 'a')
    await root.cli('prune', 'a')
    expect((await root.cli('parcels', 'a')).stdout).not.toContain(good)
    expect((await root.cli('parcels', 'a', '--all')).stdout).toMatch(`${good}  pruned`)
  })

  it('say where to begin when there is nothing yet', async () => {
    const root = cliRoot()
    root.write('a/config.toml', config)
    expect((await root.cli('parcels', 'a')).stdout).toBe('a has no parcels yet; `unsilo export a` makes one.\n')
    expect((await root.cli('log', 'a')).stdout).toBe('Nothing has happened yet.\n')
    expect((await root.cli('why', 'a')).stdout).toMatch(/Due now: there is no good parcel yet\.[^]*none yet/)
  })

  it('show everything about one parcel', async () => {
    const root = cliRoot()
    const [good, failed] = await history(root)
    const { stdout } = await root.cli('show', 'a', good)
    expect(stdout).toMatch(
      new RegExp(`parcel +${good}\\nstate +good\\ndata +\\S+${good}.json\\nsize +4 B in 1 file\\nsha256`),
    )
    expect(stdout).toMatch(/items +1\n/)
    expect((await root.cli('show', 'a', good, '--json')).json()).toMatchObject({
      dataset: 'a',
      id: good,
      metrics: { parcel_id: good, success: 'Y', items: '1' },
      ledger: [{ event: 'started', parcel: good, by: 'export' }, { event: 'sealed' }],
    })
    expect((await root.cli('show', 'a', failed)).stdout).toMatch(/because +exit status 4: no token\nnext +\S/)
  })

  it('tell what has happened, and what a command printed', async () => {
    const root = cliRoot()
    const [good, failed] = await history(root)
    const lines = (await root.cli('log', 'a')).stdout.trim().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines[1]).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC  sealed +${good}  good, 4 B$`))
    expect(lines[3]).toMatch(/exit status 4: no token$/)
    expect((await root.cli('log', 'a', failed)).stdout).toBe(`--- ${failed}.err\nno token\n`)
    expect((await root.cli('log', 'a', good, '--json')).json()).toEqual({
      dataset: 'a',
      parcel: good,
      out: '',
      err: 'said\n',
    })
    expect((await root.cli('log', 'a', '--json')).json()).toMatchObject({
      ledger: [{ event: 'started' }, {}, {}, {}, {}, {}],
    })
  })

  it('say why a dataset is due, late or suspect, and why each parcel stays or goes', async () => {
    const root = cliRoot()
    const [good] = await history(root)
    const { stdout } = await root.cli('why', 'a')
    expect(stdout).toMatch(/^a is suspect\./)
    expect(stdout).toMatch(/(?:Due now|Not due): the last good parcel is (?:2|3) days/)
    expect(stdout).toContain('Late: ')
    expect(stdout).toContain('frozen')
    expect((await root.cli('why', 'a', '--json')).json()).toMatchObject({
      dataset: 'a',
      health: 'suspect',
      frozen: true,
      overdue: { overdue: true },
      parcels: [{ id: good, keep: true, state: 'good', reasons: expect.any(Array) }, {}, { state: 'suspect' }],
    })
  })

  it('refuse a parcel that is not there, and what is no id', async () => {
    const root = cliRoot()
    const [, , newest] = await history(root)
    const missing = await root.cli('show', 'a', '2001-01-01T000000Z')
    expect(missing.status).toBe(2)
    expect(missing.stderr).toBe(
      `error: a has no parcel 2001-01-01T000000Z\n→ The newest is ${newest}; \`unsilo parcels a\` lists them all.\n`,
    )
    for (const verb of ['show', 'log', 'accept']) {
      const { status, stderr } = await root.cli(verb, 'a', 'yesterday')
      expect(status).toBe(2)
      expect(stderr).toContain('"yesterday" is not a parcel id')
    }
  })
})

describe('accept', () => {
  it('says that there is nothing to accept in a good parcel, and writes nothing', async () => {
    const root = cliRoot()
    root.write('a/config.toml', `cmd = "echo '[1]' > $PARCEL_PATH.json"`)
    await root.cli('export', 'a')
    const ledger = root.read('a/ledger.ndjson')
    const id = root.names('a/data')[0]!.slice(0, 18)
    const { status, stdout } = await root.cli('accept', 'a', id)
    expect([status, stdout]).toEqual([0, `a ${id} was good already: there is nothing to accept\n`])
    expect(root.read('a/ledger.ndjson')).toBe(ledger)
  })

  it('makes a suspect parcel a good one, once', async () => {
    const root = cliRoot()
    const [, , suspect] = await history(root)
    expect((await root.cli('report', '--check')).status).toBe(1)
    expect(await root.cli('accept', 'a', suspect)).toMatchObject({
      status: 0,
      stdout: `a ${suspect} counts as good from now on\n`,
    })
    expect((await root.cli('accept', 'a', suspect, '--json')).json()).toEqual({
      dataset: 'a',
      parcel: suspect,
      state: 'good',
      changed: false,
    })
    expect(await root.cli('report', '--check')).toMatchObject({ status: 0 })
    expect((await root.cli('parcels', 'a')).stdout).toMatch(/good .*\(accepted\)/)
  })

  it('refuses a failed one', async () => {
    const root = cliRoot()
    const [, failed] = await history(root)
    const { status, stderr } = await root.cli('accept', 'a', failed)
    expect(status).toBe(2)
    expect(stderr).toContain('is failed, and only a suspect parcel can be accepted')
  })
})

describe('prune', () => {
  it('with --dry-run removes nothing, and names a reason for each parcel', async () => {
    const root = cliRoot()
    root.write('a/config.toml', `${config}keep = 1\n`)
    const ids = [3, 2, 1].map((days) => idAgo(days * day))
    for (const id of ids) root.write(`a/data/${id}.json`, '[1]\n')
    const { status, stdout } = await root.cli('prune', '--dry-run')
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^a: would remove 2 of 3\\n  remove  ${ids[0]}  \\S[^]*  keep    ${ids[2]}  \\S`))
    expect(root.names('a/data')).toHaveLength(3)
    expect((await root.cli('prune', '-n', '--json')).json()).toMatchObject({
      dryRun: true,
      datasets: [{ dataset: 'a', frozen: false, decisions: ids.map((id, index) => ({ id, keep: index === 2 })) }],
    })
    expect((await root.cli('prune')).stdout).toMatch(/^a: removed 2 of 3\n  remove/)
    expect(root.names('a/data')).toEqual([`${ids[2]}.json`])
    expect((await root.cli('log', 'a')).stdout).toMatch(/pruned .*Z \(/)
  })

  it('removes nothing while the newest parcel is suspect', async () => {
    const root = cliRoot()
    const [, , suspect] = await history(root)
    root.write('a/config.toml', `${config}keep = 1\n`)
    expect((await root.cli('prune')).stdout).toContain('removed 0 of 3 (frozen)')
    await root.cli('accept', 'a', suspect)
    expect((await root.cli('prune')).stdout).toContain('removed 2 of 3')
  })
})
