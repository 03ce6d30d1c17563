import { expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const config = 'thin = { views = ["saved"] }\n[views.saved]\nkey = "id"\n'
const idOf = (date: number): string => `2026-02-0${date}T060000Z`

function quiet(text = config): CliRoot {
  const root = cliRoot()
  root.write('notes/config.toml', text)
  for (const date of [1, 2, 3, 4]) root.write(`notes/data/${idOf(date)}.json`, '[{"id": 1}]')
  return root
}

it('thins all datasets that say what may be thinned, and passes over the others', async () => {
  const root = quiet()
  root.write('letters/config.toml', 'cmd = "true"\n')
  const { status, stdout, stderr } = await root.cli('thin')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    'notes: moved 2 of 4 parcels to the trash, 22 B, for 30 days\n' +
      `  trash  ${idOf(2)}  saved: its version is in ${idOf(1)}\n` +
      `  trash  ${idOf(3)}  saved: its version is in ${idOf(1)}\n`,
  )
  expect(root.names('notes/trash')).toEqual([`${idOf(2)}.json`, `${idOf(3)}.json`])
  expect((await root.cli('parcels', 'notes')).stdout).toMatch(new RegExp(`${idOf(2)} +trashed .*in the trash until `))
  const back = await root.cli('thin', 'notes', '--undo', idOf(3), '--json')
  expect(back.json()).toEqual({ dataset: 'notes', parcels: [idOf(3)], problems: [] })
  expect((await root.cli('thin', 'notes', '--undo', 'all')).stdout).toBe(`notes: ${idOf(2)} is back\n`)
  expect((await root.cli('thin', 'notes', '--undo', 'all')).stdout).toBe('notes: the trash is empty\n')
  expect(root.names('notes/data')).toHaveLength(4)
})

it('says what to do where nothing may be thinned', async () => {
  const root = quiet('[views.saved]\nkey = "id"\n')
  const all = await root.cli('thin')
  expect(all.status).toBe(3)
  expect(all.stderr).toContain('no dataset says what may be thinned')
  const one = await root.cli('thin', 'notes')
  expect(one.status).toBe(3)
  expect(one.stderr).toContain('thin = { views = ["saved"] }')
  root.write('notes/config.toml', 'thin = { views = ["savd"] }\n[views.saved]\nkey = "id"\n')
  const wrong = await root.cli('thin')
  expect(wrong.stderr).toContain('names a view that there is not: "savd"')
})

it.each([
  ['thin --undo 2026-02-02T060000Z', '--undo is for one dataset'],
  ['thin notes --undo 2026-02-02T060000Z --dry-run', '--undo has no dry run'],
  ['thin notes --undo yesterday', '"yesterday" is not a parcel id'],
])('refuses %s', async (command, message) => {
  const { status, stderr } = await quiet().cli(...command.split(' '))
  expect(status).toBe(2)
  expect(stderr).toContain(message)
})

it('recovers: what is derived is made again, and what differs is told', async () => {
  const root = quiet()
  const first = await root.cli('recover')
  expect([first.status, first.stderr]).toEqual([0, ''])
  expect(first.stdout).toBe(
    [
      'notes: measured 4 parcels',
      `  not measured before: ${[1, 2, 3, 4].map(idOf).join(', ')}`,
      ...[1, 2, 3, 4].map((date) => `  written into the ledger: ${idOf(date)}, good`),
      '  view saved: 1 item, 1 version, 0 absent, 0 errors',
      '',
    ].join('\n'),
  )
  root.write('notes/metrics.csv', root.read('notes/metrics.csv').replace(`${idOf(2)},Y,1,`, `${idOf(2)},Y,7,`))
  expect((await root.cli('recover', 'notes')).stdout).toContain(`differs  ${idOf(2)} files: 7 before, 1 now`)
  expect((await root.cli('recover', 'notes')).stdout).toContain('measured 4 parcels, all as before')
})
