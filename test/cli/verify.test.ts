import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const folder = (name: string): string => `[targets.${name}]\nkind = "folder"\npath = "${name}-disk/copies"\n`

/** A dataset with one parcel, that is published to `vault`, beside one that is not published. */
async function published(): Promise<{ root: CliRoot; parcel: string; copy: string }> {
  const root = cliRoot()
  for (const name of ['vault', 'nas']) mkdirSync(join(root.path, `${name}-disk`))
  root.write('unsilo.toml', folder('vault') + folder('nas'))
  root.write('todo/config.toml', 'cmd = "echo [1] > $PARCEL_PATH.json"\npublish = ["vault"]\n')
  root.write('notes/config.toml', 'cmd = "echo [2] > $PARCEL_PATH.json"\n')
  expect((await root.cli('export', 'todo', 'notes')).status).toBe(0)
  const parcel = root.names('todo/data')[0]!.replace('.json', '')
  return { root, parcel, copy: `vault-disk/copies/todo/data/${parcel}.json` }
}

describe('verify', () => {
  it('reads here and at all targets, and the report and the log tell of it', async () => {
    const { root, parcel } = await published()
    const verified = await root.cli('verify')
    expect(verified).toMatchObject({ status: 0, stderr: '' })
    expect(verified.stdout).toBe(
      '✓ notes: read 1 of 1 parcel here, 4 B\n✓ todo: read 1 of 1 parcel here, 4 B\n✓ todo: read 1 of 1 parcel at vault, 4 B\n',
    )
    expect((await root.cli('log', 'todo')).stdout).toMatch(
      /verified .* here: good, 4 B\n.*verified .* at vault: good, 4 B\n$/,
    )
    expect((await root.cli('report')).stdout).toMatch(/^COPIES +CHECKED +WHERE\ntodo +2 +.+ +here, vault$/m)
    expect((await root.cli('parcels', 'todo')).stdout).toMatch(/ COPIES\n.* 2\n$/)
    expect((await root.cli('show', 'todo', parcel)).stdout).toMatch(
      /^copies +here, .* UTC verified\n +vault: todo\/data\/.*\.json, .* UTC verified$/m,
    )
    expect((await root.cli('why', 'todo')).stdout).toMatch(/^2 copies of .*: here, vault; checked .* ago\.$/m)
    expect((await root.cli('--quiet', 'verify')).stdout).toBe('')
  })

  it('ends with 1 when a copy is damaged, says what to do, and that works', async () => {
    const { root, parcel, copy } = await published()
    root.write(copy, '[3]\n')
    const found = await root.cli('verify', 'todo')
    expect(found.status).toBe(1)
    expect(found.stdout).toContain('✗ todo: read 1 of 1 parcel at vault, 4 B; 1 damaged\n')
    expect(found.stderr).toBe(
      `✗ todo: the copy of ${parcel} at vault is not what was published: todo/data/${parcel}.json is changed\n` +
        '  → Find out why. Move what is there away at vault; then `unsilo publish todo --target vault --backfill` copies the one here again.\n',
    )
    expect(await root.cli('report', '--check', 'todo')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('1 damaged'),
    })
    rmSync(join(root.path, copy))
    expect((await root.cli('publish', 'todo', '--target', 'vault', '--backfill')).status).toBe(0)
    expect((await root.cli('report', '--check', 'todo')).status).toBe(0)
    expect((await root.cli('verify', '--all')).status).toBe(0)
  })

  it('reads only at the targets that are named', async () => {
    const { root } = await published()
    expect((await root.cli('verify', '--target', 'vault')).stdout).toBe('✓ todo: read 1 of 1 parcel at vault, 4 B\n')
    expect(await root.cli('verify', 'todo', '-T', 'vault', '-T', 'nas')).toMatchObject({
      status: 0,
      stdout: '✓ todo: read 1 of 1 parcel at vault, 4 B\n- todo: there is nothing to verify at nas\n',
    })
    expect(await root.cli('verify', '-T', 'nas')).toMatchObject({ status: 0, stderr: 'There is nothing to verify.\n' })
    const wrong = await root.cli('verify', '-T', 'vaults')
    expect(wrong).toMatchObject({ status: 2, stdout: '' })
    expect(wrong.stderr).toBe(
      'error: unsilo.toml has no target "vaults": did you mean "vault"?\n→ Its targets: vault, nas.\n',
    )
  })

  it('goes on when a target is down', async () => {
    const { root } = await published()
    renameSync(join(root.path, 'vault-disk'), join(root.path, 'unplugged'))
    const found = await root.cli('verify')
    expect(found.status).toBe(1)
    expect(found.stdout).toContain('✓ todo: read 1 of 1 parcel here, 4 B\n✗ todo: read 0 of 1 parcel at vault, 0 B\n')
    expect(found.stderr).toContain('✗ todo: target vault: ')
  })

  it.each(['5', '0%', '101%', '-1%', '5 %', '%', '1e1%', 'all'])('refuses --sample %s', async (sample) => {
    const root = cliRoot()
    const refused = await root.cli('verify', `--sample=${sample}`)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('It must be a percentage of more than 0% and up to 100%, as in 5%.')
  })

  it('refuses --sample beside --all', async () => {
    const refused = await cliRoot().cli('verify', '--sample', '5%', '--all')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain("option '--all' cannot be used with option '--sample <percentage>'")
  })

  it('takes the percentage as a share', async () => {
    const { root } = await published()
    for (let count = 1; count < 4; count++) await root.cli('export', 'notes', '-p', `2020-01-0${count}T000000Z`)
    expect((await root.cli('verify', 'notes', '--sample', '50%')).stdout).toContain('read 3 of 4 parcels here')
    expect((await root.cli('verify', 'notes', '--sample', '0.1%')).stdout).toContain('read 2 of 4 parcels here')
    expect((await root.cli('verify', 'notes', '--all')).stdout).toContain('read 4 of 4 parcels here')
  })

  it('tells of parcels that cannot be verified, and that is no failure', async () => {
    const root = cliRoot()
    root.write('old/config.toml', '')
    root.write('old/data/2020-01-01T000000Z.json', '1')
    expect(await root.cli('verify')).toMatchObject({
      status: 0,
      stdout: '',
      stderr:
        '! old: the parcel 2020-01-01T000000Z cannot be verified: the ledger has no line of it: it was put there by hand or by another program, or the ledger was lost\n' +
        '  → Put the ledger back if there is a copy; else `unsilo recover old` writes down how it is now.\n',
    })
  })
})
