import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { loadDatasets } from '../src/config/load.ts'
import { describeConfig } from '../src/config/show.ts'
import { makeReport } from '../src/report/report.ts'
import { systemFiles } from '../src/system/files.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { type TestDataset, testDataset } from './support/test-dataset.ts'

const canary = 'canary/7+zXq9"w'

/** Every file of the dataset but the parcels, which hold what the source gave, unchanged. */
function keptText(test: TestDataset): string {
  const files = readdirSync(test.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const kept = files.map((file) => join(file.parentPath, file.name)).filter((path) => !path.includes('/data/'))
  expect(kept.length).toBeGreaterThan(2)
  return kept.map((path) => readFileSync(path, 'utf8')).join('\n')
}

function expectNoCanary(text: string): void {
  for (const form of [canary, encodeURIComponent(canary), JSON.stringify(canary).slice(1, -1), 'canary/7']) {
    expect(text).not.toContain(form)
  }
}

/** A dataset whose command needs `$TOKEN`, kept in a file. */
function withSecret(cmd: string, more = ''): TestDataset {
  const file = join(temporaryFolder(), 'token')
  writeFileSync(file, `${canary}\n`)
  return testDataset(
    `interval = "1 hour"\nenv.TOKEN = { file = "${file}" }\nenv.LANG = "C"\ncmd = '''${cmd}'''\n${more}`,
  )
}

it('gives a secret to the command, and keeps it out of logs, ledger, metrics, report and messages', async () => {
  const talk = 'echo "using $TOKEN"; echo "error: $TOKEN refused" >&2'
  const test = withSecret(
    `${talk}; printf %s "$TOKEN" | wc -c > $PARCEL_PATH.txt`,
    `metrics.leak.cmd = 'echo "$TOKEN"'\nmetrics.fails.cmd = 'echo "no $TOKEN" >&2; exit 1'`,
  )
  const outcome = await test.run()
  expect(outcome.exported).toMatchObject({ event: 'sealed', state: 'good' })
  expect(test.read(join('data', test.names('data')[0]!)).trim()).toBe(String(canary.length))
  expect(keptText(test)).toContain('using [secret]')
  expectNoCanary(keptText(test))
  expectNoCanary(JSON.stringify(outcome))
  expectNoCanary(JSON.stringify(await makeReport([await test.open()], test.context)))
})

it('keeps it out of the reason of a failed export, in either way of exporting', async () => {
  for (const more of ['', 'stdout = "json"\nretries = 2\n']) {
    const test = withSecret('echo "[1]"; echo "HTTP 401 for $TOKEN" >&2; exit 7', more)
    const outcome = await test.run()
    expect(outcome.exported).toMatchObject({ event: 'failed', reason: 'exit status 7: HTTP 401 for [secret]' })
    expectNoCanary(keptText(test))
    expectNoCanary(JSON.stringify(outcome))
  }
})

it('shows where a secret is kept, and not the secret, in the configuration', async () => {
  const test = withSecret('true')
  const { datasets } = await loadDatasets(systemFiles, test.root, ['todoist'], test.root)
  const shown = JSON.stringify(await describeConfig(datasets[0]!))
  expect(shown).toContain('env.TOKEN.file')
  expectNoCanary(shown)
})

it.each([
  ['an environment variable', '{ env = "UNSILO_TEST_CANARY" }'],
  ['a command', `{ command = "printf '%s' \\"$UNSILO_TEST_CANARY\\"" }`],
  ['a systemd credential', '{ credential = "token" }'],
])('reads a secret from %s', async (_, reference) => {
  const credentials = temporaryFolder()
  writeFileSync(join(credentials, 'token'), canary)
  vi.stubEnv('UNSILO_TEST_CANARY', canary)
  vi.stubEnv('CREDENTIALS_DIRECTORY', credentials)
  const test = testDataset(
    `interval = "1 hour"\nenv.TOKEN = ${reference}\ncmd = 'printf %s "$TOKEN" > $PARCEL_PATH.txt'`,
  )
  await test.run()
  vi.unstubAllEnvs()
  expect(test.read(join('data', test.names('data')[0]!))).toBe(canary)
})

it('fails the export, with the way out, when a secret cannot be read', async () => {
  const test = testDataset('interval = "1 hour"\nenv.TOKEN = { file = "missing" }\ncmd = "echo x > $PARCEL_PATH.txt"')
  const { exported } = await test.run()
  expect(exported).toMatchObject({
    event: 'failed',
    code: 'config',
    reason: `env.TOKEN: the secret cannot be read: there is no file ${join(test.folder, 'missing')}`,
    hint: 'Put the secret there, or mend the reference in config.toml.',
  })
})

it('refuses a secret that stands in the configuration, without repeating it', async () => {
  const test = testDataset(`cmd = "true"\nenv.API_TOKEN = '${canary}'`)
  const { problems } = await loadDatasets(systemFiles, test.root, ['todoist'], test.root)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatchObject({ line: 2, hint: expect.stringContaining('{ file = ') as string })
  expectNoCanary(JSON.stringify(problems))
})
