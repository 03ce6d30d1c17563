import { execFileSync } from 'node:child_process'
import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const items = [
  { id: 1, form: { name: 'sleep' }, hours: 8 },
  { id: 2, form: { name: 'sleep' }, hours: 30 },
  { id: 3, form: { name: 'a/b' }, hours: 7 },
]

const view = `[views.entries]
key = "id"
[views.entries.columns]
id = "id"
"form.name" = "form.name"
hours = "hours :: number"
[views.entries.checks]
hours = { max = 24 }
`

function study(more = ''): CliRoot {
  const root = cliRoot()
  root.write('unsilo.toml', '')
  root.write('study/config.toml', view + more)
  root.write('study/data/2026-03-01T060000Z.json', JSON.stringify(items))
  return root
}

describe('unsilo check', () => {
  it('says what is wrong, and ends with 1', async () => {
    const root = study('Hours = { column = "hourss", not_null = true }\n'.replace('Hours', 'typo'))
    root.write('study/config.toml', root.read('study/config.toml').replace('id = "id"\n', 'id = "id"\nhourss = "h"\n'))
    const { status, stdout, stderr } = await root.cli('check')
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toBe(
      '✗ study/entries: hours (max): 1 of 3 rows have hours above 24\n    2\n' +
        '✗ study/entries: typo (not_null): 3 of 3 rows have no hourss\n    1\n    2\n    3\n',
    )
    expect((await root.cli('--json', 'check', 'study')).json()).toMatchObject({
      checks: [
        {
          dataset: 'study',
          view: 'entries',
          check: 'hours',
          rule: 'max',
          verdict: 'failed',
          looked: 3,
          wrong: 1,
          examples: ['2'],
        },
        { check: 'typo', verdict: 'failed' },
      ],
      problems: [],
    })
  })

  it('says that all is well, and ends with 0', async () => {
    const root = study('id = { unique = true }\n')
    root.write('study/config.toml', root.read('study/config.toml').replace('max = 24', 'max = 48'))
    const { status, stdout } = await root.cli('check')
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '✓ study/entries: hours (max): 3 rows\n✓ study/entries: id (unique): 3 rows\n',
    })
    expect((await root.cli('--quiet', 'check')).stdout).toBe('')
  })

  it('names the items in the run and the report, where `--check` finds it', async () => {
    const root = study()
    const run = await root.cli('run')
    expect(run.status).toBe(0)
    expect(run.stderr).toContain('! study: check entries.hours (max) failed: 1 of 3 rows have hours above 24')
    const report = await root.cli('report', '--check')
    expect(report.status).toBe(1)
    expect(report.stdout).toContain('check entries.hours (max) failed in the last run')
    expect((await root.cli('log', 'study')).stdout).toMatch(
      / checked .* 1 rule, 1 failed; 1 of 3 rows have hours above 24/,
    )
  })
})

describe('publish_view', () => {
  it('is told by a dry run, and written by a run', async () => {
    const root = study('[publish_view.forms]\nview = "entries"\nfile = "{form.name}.csv"\n')
    expect((await root.cli('run', '--dry-run')).stdout).toContain('study: would write forms')
    const { stdout, stderr } = await root.cli('run')
    expect(stdout).toContain(`wrote forms, 2 files in ${root.path}/study/published, 2 changed`)
    expect(stderr).toContain('1 name of a file was made safe')
    expect(root.read('study/published/sleep.csv')).toBe('id,form.name,hours\r\n1,sleep,8\r\n2,sleep,30\r\n')
    expect(root.names('study/published')).toEqual([expect.stringMatching(/^a_b~[0-9a-f]{10}\.csv$/), 'sleep.csv'])
  })
})

describe('decrypt', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const sealed = (text: string): string =>
    publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text)).toString('base64')

  it('shows plain text to whoever asks, says what it cannot read, and leaves none of it behind', async () => {
    const root = cliRoot()
    root.write('key.pem', pem)
    root.write(
      'study/config.toml',
      '[views.people]\nkey = "id"\ndecrypt = [{ fields = "*RSA", scheme = "rsa-pkcs1v15", key = { file = "../key.pem" } }]\n',
    )
    const people = [
      { id: 1, nameRSA: sealed('Canary 4711') },
      { id: 2, nameRSA: 'x' },
    ]
    root.write('study/data/2026-03-01T060000Z.json', JSON.stringify(people))
    const run = await root.cli('run')
    const asked = await root.cli('query', 'SELECT id, nameRSA FROM study.people ORDER BY id', '--format', 'csv')
    expect(asked.stdout).toBe('id,nameRSA\r\n1,Canary 4711\r\n2,\r\n')
    expect(asked.stderr).toContain('study/people: 1 value of nameRSA cannot be decrypted')
    expect((await root.cli('items', 'study/people', '--format', 'csv')).stdout).toContain('1,Canary 4711,1,')
    const check = await root.cli('check')
    expect(check.stdout).toContain(
      'nameRSA (decrypt): 1 of 2 rows have a value of nameRSA that cannot be decrypted\n    2\n',
    )
    expect(`${run.stdout}${run.stderr}${check.stdout}`).not.toContain('Canary')
    const kept = execFileSync('find', [`${root.path}/study`, '-type', 'f'], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(kept.length).toBeGreaterThan(4)
    for (const path of kept) {
      const bytes = readFileSync(path, 'latin1')
      expect(bytes).not.toContain('Canary')
      expect(bytes).not.toContain(pem.split('\n')[2])
    }
  })
})
