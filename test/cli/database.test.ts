import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isAlive, startCli, until } from '../support/cli.ts'
import { killProcess } from '../support/kill.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const mode = (path: string): number => statSync(path).mode & 0o777

it.each([
  ['once', 1],
  ['twice, so that it ends at once', 2],
])('takes the file with the password away when it is interrupted %s', async (_, times) => {
  const root = temporaryFolder()
  const [programs, temporary] = [join(root, 'programs'), join(root, 'tmp')]
  for (const folder of [programs, temporary, join(root, 'db')]) mkdirSync(folder)
  const script = `#!/bin/sh\necho "$PGPASSFILE" > '${root}/where'\necho $$ > '${root}/pid.part'; mv '${root}/pid.part' '${root}/pid'\n`
  writeFileSync(join(programs, 'pg_dump'), `${script}${times > 1 ? "trap '' TERM\n" : ''}while :; do sleep 1; done\n`, {
    mode: 0o755,
  })
  writeFileSync(join(root, 'password'), 'p4ssw0rd')
  const source = [
    'kind = "postgres"',
    'host = "127.0.0.1"',
    'database = "shop"',
    'password = { file = "../password" }',
    'programs = "../programs"',
  ]
  writeFileSync(join(root, 'db/config.toml'), `[source]\n${source.join('\n')}\n`)
  const { child, ended } = startCli(['--root', root, 'export', 'db'], { environment: { TMPDIR: temporary } })
  await until(() => readdirSync(root).includes('pid'))
  const file = readFileSync(join(root, 'where'), 'utf8').trim()
  expect([mode(file), mode(join(file, '..')), readFileSync(file, 'utf8')]).toEqual([0o600, 0o700, '*:*:*:*:p4ssw0rd\n'])
  const program = Number(readFileSync(join(root, 'pid'), 'utf8'))
  for (let sent = 0; sent < times; sent++) {
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const { status, stderr } = await ended
  expect(status).toBe(130)
  expect(stderr).not.toContain('p4ssw0rd')
  expect(readdirSync(temporary)).toEqual([])
  if (times === 1) expect(isAlive(program)).toBe(false)
  // It may have been ended by the tool, where that took its time.
  else killProcess(-program)
})
