import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ExchangeManifest } from '../../src/source/rest/manifest.ts'
import { services } from '../simulator/service/service.fixture.ts'
import type { Service } from '../simulator/service/service.ts'
import { type CliRoot, cliRoot, until } from '../support/cli.ts'

const start = services()
const total = 20_000
const pages = total / 100

/** A stream of so many records, through the built tool. */
async function longExport(): Promise<{ service: Service; root: CliRoot }> {
  const service = await start({ account: { createdPerDay: 0 } })
  const root = cliRoot()
  root.write(
    'many/config.toml',
    `interval = "1 day"
[source]
kind = "rest"
base = "${service.url}"
page = { kind = "token", at = "next_cursor", param = "cursor" }
[[source.streams]]
name = "records"
path = "/many"
items = "results"
key = "id"
params = { limit = 100, total = ${total} }
`,
  )
  return { service, root }
}

function journal(root: CliRoot, folder: 'incomplete' | 'data'): string[] {
  const [name] = root.names(`many/${folder}`)
  const path = join(root.path, 'many', folder, name ?? '', 'requests.ndjson')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

function expectAll(root: CliRoot, service: Service, kills: number): void {
  const [name, ...others] = root.names('many/data')
  expect(others).toEqual([])
  expect(root.names('many/incomplete')).toEqual([])
  const lines = journal(root, 'data').map((line) => JSON.parse(line) as { page: number; body: string; items: number })
  expect(lines.map(({ page }) => page)).toEqual(Array.from({ length: pages }, (_, index) => index + 1))
  const ids = lines.flatMap(({ body }) => {
    const { results } = JSON.parse(root.read(`many/data/${name}/${body}`)) as { results: { id: number }[] }
    return results.map(({ id }) => id)
  })
  expect(ids).toEqual(Array.from({ length: total }, (_, index) => index + 1))
  expect(service.requests.length).toBeGreaterThanOrEqual(pages)
  expect(service.requests.length).toBeLessThanOrEqual(pages + kills)
  const manifest = JSON.parse(root.read(`many/data/${name}/manifest.json`)) as ExchangeManifest
  expect(manifest.streams['records']).toMatchObject({ complete: true, items: total, pages })
}

describe('a long export by the built tool', () => {
  it('goes on after kill -9, however often, and asks for no page again but the one under way', async () => {
    const { service, root } = await longExport()
    for (const lines of [1, 60, 130]) {
      const { child, ended } = root.start('run')
      await until(() => journal(root, 'incomplete').length >= lines)
      child.kill('SIGKILL')
      expect((await ended).status).toBe('SIGKILL')
    }
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    expectAll(root, service, 3)
  })

  it('ends with 130 at Ctrl-C, says that the next run goes on, and that one does', async () => {
    const { service, root } = await longExport()
    const { child, ended } = root.start('run')
    await until(() => journal(root, 'incomplete').length >= 40)
    child.kill('SIGINT')
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(/many: export \S+Z is broken off: interrupted\n.*the next run goes on with it/)
    expect((await root.cli('parcels', 'many', '--json')).json()).toMatchObject({ parcels: [{ state: 'parked' }] })
    expect((await root.cli('why', 'many')).stdout).toContain('goes on')
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    expectAll(root, service, 1)
  })
})
