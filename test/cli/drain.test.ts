import { describe, expect, it } from 'vitest'
import { services } from '../simulator/service/service.fixture.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const start = services()
const forms = [
  { name: 'Mood', deleteable: true, records: 3 },
  { name: 'Person', deleteable: false, records: 2 },
]

async function study(enabled: boolean): Promise<{ root: CliRoot; service: Awaited<ReturnType<typeof start>> }> {
  const service = await start({ study: { forms } })
  const root = cliRoot()
  root.write(
    'study/config.toml',
    `interval = "1h"
[source]
kind = "rest"
base = "${service.url}"
[[source.streams]]
name = "forms"
path = "export/"
key = "name"
[[source.streams]]
name = "entries"
path = "export/{form.name}"
each = { form = "forms" }
key = "id"
[source.drain]
enabled = ${enabled}
stream = "entries"
where = "form.deleteable"
request = "DELETE export/{form.name}/{id}"
`,
  )
  root.write('todo/config.toml', 'cmd = "echo [] > $PARCEL_PATH.json"\n')
  expect((await root.cli('export', 'study')).status).toBe(0)
  return { root, service }
}

describe('drain', () => {
  it('says how many records it has deleted, and why the others stay', async () => {
    const { root, service } = await study(true)
    const dry = await root.cli('drain', '--dry-run')
    expect(dry).toMatchObject({ status: 0, stderr: '' })
    expect(dry.stdout).toBe(
      'study: would delete 3 of 5 records of entries on the server, as in DELETE export/Mood/1\n  2 stay: `where` does not let it through\n',
    )
    expect(service.requests.every(({ method }) => method === 'GET')).toBe(true)
    const drained = await root.cli('drain')
    expect(drained).toMatchObject({ status: 0, stderr: '' })
    expect(drained.stdout).toContain('✓ study: deleted 3 of 5 records of entries on the server\n')
    expect((await root.cli('log', 'study')).stdout).toMatch(
      / done .* entries: Mood\/2 deleted \(204\), Mood\/3 deleted/,
    )
  })

  it('raises an alarm when more is gone than was to be deleted, also in the log', async () => {
    const { root, service } = await study(true)
    const empty = (): void => [1, 2, 3].forEach((id) => void service.study.remove('Mood', id))
    service.plan([{ method: 'DELETE', fault: { kind: 'run', run: empty } }])
    const { status, stdout, stderr } = await root.cli('drain')
    expect(status).toBe(1)
    expect(stdout).toContain(
      '! study: deleted 0 of 5 records of entries on the server; 1 was gone already; 2 that were to stay are not shown any more\n',
    )
    expect(stderr).toMatch(/^✗ study: 2 records that were to stay are gone from the server, the first of them Mood\/2/m)
    expect((await root.cli('log', 'study')).stdout).toMatch(/ done .* entries: 2 records that were to stay are gone/)
    expect((await root.cli('report')).stdout).toMatch(/undrained/)
  })

  it('does not begin with a request that lacks the key', async () => {
    const { root } = await study(true)
    const config = root.read('study/config.toml')
    root.write('study/config.toml', config.replace('"DELETE export/{form.name}/{id}"', '"DELETE export/{form.name}"'))
    expect(await root.cli('drain')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('source.drain.request: lacks {id}: without it, one request may') as string,
    })
  })

  it('does nothing before it is enabled, and says so', async () => {
    const { root, service } = await study(false)
    expect(await root.cli('drain', 'study')).toMatchObject({ status: 3, stdout: '' })
    expect(await root.cli('drain', 'todo')).toMatchObject({ status: 3, stdout: '' })
    expect(await root.cli('drain')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('No dataset is drained') as string,
    })
    expect((await root.cli('drain', 'study', '--dry-run')).stdout).toContain('would delete 3 of 5')
    expect(service.requests.some(({ method }) => method === 'DELETE')).toBe(false)
  })

  it('ends with 1 when the server fails, and when it is refused', async () => {
    const { root, service } = await study(true)
    service.plan([{ method: 'DELETE', times: 'always', fault: { kind: 'status', status: 405 } }])
    const failed = await root.cli('drain')
    expect(failed.status).toBe(1)
    expect(failed.stdout).toBe(
      '! study: deleted 0 of 5 records of entries on the server\n' +
        '  3 stay: the server did not delete it\n  2 stay: `where` does not let it through\n',
    )
    expect(failed.stderr).toMatch(/^✗ study: 3 records could not be deleted: DELETE .*HTTP 405/m)
    root.write('study/config.toml', `${root.read('study/config.toml')}\n[guard]\nmin_bytes = "1 MB"\n`)
    await root.cli('export', 'study')
    const refused = await root.cli('drain')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /^! study: nothing of entries is deleted on the server: the newest parcel, .* is suspect/m,
    )
    root.write('study/config.toml', root.read('study/config.toml').replace('[guard]\nmin_bytes = "1 MB"\n', ''))
    await root.cli('export', 'study')
    service.plan([{ match: '/export/Mood', times: 'always', fault: { kind: 'status', status: 401 } }])
    expect(await root.cli('drain')).toMatchObject({ status: 1, stdout: '' })
    service.plan([])
    root.write('study/config.toml', `${root.read('study/config.toml')}\n[guard]\nmin_bytes = "1 MB"\n`)
    await root.cli('export', 'study')
    expect((await root.cli('drain', '--json')).json()).toMatchObject({
      dryRun: false,
      datasets: [{ dataset: 'study', deleted: 0, refused: expect.stringContaining('suspect') as string, problems: [] }],
    })
  })
})
