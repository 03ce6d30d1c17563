import { describe, expect, it } from 'vitest'
import { type CliRoot, cliRoot } from '../support/cli.ts'

function notes(environment: Record<string, string> = {}): CliRoot {
  const root = cliRoot(environment)
  root.write(
    'notes/config.toml',
    '[views.all]\nkey = "id"\nfeed = { time = "at", title = "title", text = "body", url = "url" }\n',
  )
  const items = [
    {
      id: 1,
      at: '2026-02-01T10:00:00Z',
      title: 'Kites \u001B[31m',
      body: 'How to\nbuild a *kite*',
      url: 'https://example.com/1',
    },
    { id: 2, at: '2026-02-03T10:00:00Z', title: 'Bread', body: 'Rye, and kites' },
    { id: 3, title: 'Kite without a time' },
  ]
  root.write('notes/data/2026-03-01T080000Z.json', JSON.stringify(items))
  root.write('notes/data/2026-03-02T080000Z.json', JSON.stringify(items.slice(1)))
  root.write('other/config.toml', '[views.all]\nkey = "id"\n')
  return root
}

describe('unsilo search', () => {
  it('prints what it finds, the newest first, without colour and without controls', async () => {
    const answer = await notes().cli('search', 'kite')
    expect(answer).toMatchObject({ status: 0, stderr: '' })
    expect(answer.stdout).toBe(`2026-02-03  notes/all  Bread
  Rye, and kites

2026-02-01  notes/all  Kites [31m  (gone since 2026-03-02)
  How to build a *kite*
  https://example.com/1

no date     notes/all  Kite without a time
`)
  })

  it('marks what it finds with colour', async () => {
    const answer = await notes({ FORCE_COLOR: '1' }).cli('search', 'rye')
    expect(answer.stdout).toContain('\u001B[1m\u001B[36mRye\u001B[39m\u001B[22m, and kites')
  })

  it('says what is wrong with a configuration once, and does not ask for a feed that is there', async () => {
    const root = notes()
    root.write('notes/config.toml', '[views.all]\nkye = "id"\n')
    const answer = await root.cli('search', 'kite')
    expect(answer.stderr.trim().split('\n')).toEqual([
      'error: notes/config.toml:2: views.all: unknown key "kye": did you mean "key"?',
    ])
    expect(answer).toMatchObject({ status: 3, stdout: '' })
  })

  it('finds within times and datasets, and tells that there is more', async () => {
    const root = notes()
    const keys = async (...args: string[]): Promise<unknown> =>
      ((await root.cli('search', 'kite', '--json', ...args)).json() as { hits: { key: string }[] }).hits.map(
        ({ key }) => key,
      )
    expect(await keys('--since', '2026-02-02')).toEqual(['2'])
    expect(await keys('--until', '2026-02-02')).toEqual(['1'])
    expect(await keys('notes')).toEqual(['2', '1', '3'])
    expect(await keys('--limit', '1')).toEqual(['2'])
    const answer = await root.cli('search', 'kite', '--limit', '2')
    expect(answer.stderr).toBe('These are the newest 2; there are more: see --limit.\n')
    expect(await root.cli('search', 'nothing of it')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'Nothing was found.\n',
    })
  })

  it('says how to make a view a feed, and what is wrong with the question', async () => {
    const root = notes()
    const none = await root.cli('search', 'kite', 'other')
    expect(none.status).toBe(3)
    expect(none.stderr).toContain('no view of other has a feed\n→ Say in [views.NAME] of a config.toml')
    for (const args of [
      ['  '],
      ['kite', '--since', 'soon'],
      ['kite', '--since', '2026-03-01', '--until', '2026-02-01'],
      ['kite', 'note'],
    ])
      expect(await root.cli('search', ...args)).toMatchObject({ status: 2, stdout: '' })
  })

  it('goes on without a feed that cannot be made', async () => {
    const root = notes()
    root.write('broken/config.toml', '[views.all]\nkey = "id"\nfeed = { time = "at", title = "title" }\n')
    root.write('broken/.cache', 'a file where a folder should be')
    const answer = await root.cli('search', 'rye')
    expect(answer).toMatchObject({ status: 1, stdout: expect.stringContaining('Bread') as string })
    expect(answer.stderr).toContain('! broken: view all: ')
  })
})
