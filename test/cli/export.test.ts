import { describe, expect, it } from 'vitest'
import { cliRoot } from '../support/cli.ts'

const daily = 'cmd = "echo \'[1]\'"\nstdout = "json"\ninterval = "1 day"\n'

describe('export', () => {
  it('exports now, due or not, under the id that is asked for', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily)
    expect((await root.cli('export', 'a')).status).toBe(0)
    expect((await root.cli('export', 'a', '--parcel-id', '2024-02-29T000000Z')).stdout).toContain('2024-02-29T000000Z')
    expect(root.names('a/data')).toEqual(['2024-02-29T000000Z.json', expect.any(String)])
  })

  it('waits for the next second when this one has a parcel', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily)
    const ended = await Promise.all([root.cli('export', 'a'), root.cli('export', 'a')])
    const statuses = ended.map(({ status }) => Number(status)).sort((a, b) => a - b)
    expect([
      [0, 0],
      [0, 4],
    ]).toContainEqual(statuses)
    expect(root.names('a/data')).toHaveLength(statuses.filter((status) => status === 0).length)
  })

  it('needs a dataset, one alone with an id, and something to export', async () => {
    const root = cliRoot()
    root.write('a/config.toml', daily)
    root.write('b/config.toml', 'ingest.paths = "in/*"')
    expect((await root.cli('export')).status).toBe(2)
    expect((await root.cli('export', 'a', 'b', '-p', '2024-01-01T000000Z')).stderr).toContain('exactly one dataset')
    const nothing = await root.cli('export', 'b')
    expect(nothing.status).toBe(3)
    expect(nothing.stderr).toMatch(
      /✗ b: .*nothing to export: neither `cmd` nor `source` is set\n +→ Set one of them in/,
    )
  })
})
