import { describe, expect, it } from 'vitest'
import { templateList, templateNames } from '../../src/dataset/templates/names.ts'
import { cliRoot, startCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('init', () => {
  it('makes a dataset that is valid and harmless as it is, and says what comes next', async () => {
    const root = cliRoot()
    const { status, stdout } = await root.cli('init', 'todoist', 'photos')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^todoist: created in \S+\/todoist\nphotos: created in/)
    expect(stdout).toContain('Next: edit ')
    expect(root.names('todoist')).toEqual(['config.toml', 'data', 'incomplete', 'log', 'metrics.csv'])
    expect(root.read('todoist/metrics.csv')).toBe('parcel_id,success,files,bytes')
    expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
    expect(await root.cli('run')).toMatchObject({ status: 0, stderr: '' })
    expect(await root.cli('report', '--check')).toMatchObject({ status: 0 })
  })

  it.each(['command', 'stdout', 'ingest'])('knows the template %s, whose examples are valid too', async (template) => {
    const root = cliRoot()
    expect((await root.cli('init', 'a', '--template', template)).status).toBe(0)
    expect((await root.cli('config', 'validate')).status).toBe(0)
    const config = root.read('a/config.toml')
    root.write(
      'a/config.toml',
      config.replaceAll(
        /^# ((?:cmd|stdout|compress|keep|retries|timeout|silence|max_age|metrics|ingest|min_bytes|max_shrink|\[guard\]).*)/gm,
        '$1',
      ),
    )
    expect(root.read('a/config.toml')).not.toBe(config)
    expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
  })

  it.each(templateNames.filter(({ next }) => next === 'probe'))(
    'knows the service $name: valid as it is, and plain about what to change',
    async ({ name }) => {
      const root = cliRoot({ HOME: temporaryFolder() })
      const { stdout } = await root.cli('init', 'a', '--template', name)
      expect(stdout).toMatch(/then `unsilo probe a`/)
      expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
      const config = root.read('a/config.toml')
      for (const heading of ['CHANGE', 'TOKEN', 'FACTS', 'NOT'])
        expect(config).toMatch(new RegExp(`^# ${heading} `, 'm'))
      const placeholders = config.split('\n').filter((line) => /^[^#]*(?:YOUR-|OWNER|example)/.test(line))
      expect(placeholders.filter((line) => !line.includes('# CHANGE'))).toEqual([])
      // Nobody is asked before there is a secret.
      const run = await root.cli('run')
      expect(run.status).toBe(1)
      expect(run.stderr).toMatch(/the secret cannot be read: there is no file \S+\/\.secrets\//)
    },
  )

  it('lists the templates with what they are for', async () => {
    const { stdout } = await cliRoot().cli('init', '--help')
    for (const { name, summary } of templateNames) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'))
  })

  it('never overwrites what is there', async () => {
    const root = cliRoot()
    root.write('a/config.toml', '# mine\n')
    root.write('a/metrics.csv', 'parcel_id,success\r\n')
    root.write('a/data/notes.txt', 'mine')
    expect((await root.cli('init', 'a', '--template', 'ingest')).stdout).toContain('created in')
    expect([root.read('a/config.toml'), root.read('a/metrics.csv')]).toEqual(['# mine\n', 'parcel_id,success\r\n'])
    expect((await root.cli('init', 'a')).stdout).toContain('was there already; nothing was changed')
    expect((await root.cli('init', 'a', '--json')).json()).toEqual({
      datasets: [{ dataset: 'a', path: `${root.path}/a`, created: [] }],
    })
  })

  it('creates the root', async () => {
    const root = cliRoot()
    expect((await root.cli('--root', 'new/exports', 'init', 'a')).status).toBe(0)
    expect(root.names('new/exports/a')).toContain('config.toml')
    expect((await root.cli('init', `${root.path}/b`, './c')).status).toBe(0)
    root.write('other/unsilo.toml', '')
    expect((await root.cli('init', 'other/d')).status).toBe(0)
  })

  it('refuses what no run would look at, and makes nothing', async () => {
    const root = cliRoot()
    for (const [name, message] of [
      [
        'deep/er/b',
        /deep\/er\/b cannot be a dataset of \S+: .* right in the root\n→ .*unsilo --root \S+\/deep\/er init b/,
      ],
      ['../outside', /outside cannot be a dataset of \S+: .*\n→ Put it there: `unsilo init outside`/],
      ['log', /^error: log cannot be a dataset: unsilo has a log of its own in the root\n→ .*init my-log`/],
      ['unsilo.toml', /^error: unsilo.toml cannot be a dataset: .*\n→ .*init my-unsilo`/],
      ['a\nb', /^error: "a\\nb" cannot be a dataset: there is a control character in it\n/],
      ['.hidden', /\.hidden cannot be a dataset: .* a dot\n→ Choose another name: `unsilo init hidden`/],
    ] as const) {
      const { status, stderr } = await root.cli('init', 'good', name)
      expect([status, stderr]).toEqual([2, expect.stringMatching(message)])
    }
    expect(root.names('.')).toEqual([])
    expect((await root.cli('init', 'good')).status).toBe(0)
    expect((await root.cli('init', './')).stderr).toContain('it holds datasets, which runs would pass over then')
  })

  it('refuses a template that does not exist, a name that is none, and a file in its place', async () => {
    const root = cliRoot()
    expect((await root.cli('init', 'a', '-t', 'nope')).stderr).toContain(`Choose one of:\n${templateList()}\n`)
    expect((await root.cli('init', '')).status).toBe(2)
    root.write('file', '')
    const { status, stderr } = await root.cli('init', 'file')
    expect(status).toBe(1)
    expect(stderr).toMatch(/cannot create the folder \S+\/file: it exists already\n→ Move it away/)
    expect(root.names('.')).toEqual(['file'])
  })
})

describe('the root', () => {
  it('is --root, else UNSILO_ROOT, else the nearest parent with unsilo.toml, else here', async () => {
    const root = cliRoot()
    for (const place of ['option', 'environment', 'parent', 'parent/deep', 'here'])
      root.write(`${place}/in-${place.replace('/', '-')}/config.toml`, '')
    root.write('parent/unsilo.toml', '')
    const shown = async (cwd: string, args: string[], environment = {}): Promise<string> => {
      const { stdout } = await startCli([...args, 'config', 'show'], { cwd: `${root.path}/${cwd}`, environment }).ended
      return stdout.split(' ')[0]!
    }
    const variable = { UNSILO_ROOT: `${root.path}/environment` }
    expect(await shown('here', ['--root', '../option'], variable)).toBe('in-option')
    expect(await shown('here', [], variable)).toBe('in-environment')
    expect(await shown('parent/deep', [])).toBe('in-parent')
    expect(await shown('here', [])).toBe('in-here')
  })

  it('is not a file, and is there', async () => {
    const root = cliRoot()
    root.write('file', '')
    expect((await root.cli('--root', 'file', 'run')).stderr).toMatch(/the root folder \S+\/file is a file/)
    const { status, stderr } = await root.cli('--root', 'nowhere', 'report')
    expect(status).toBe(2)
    expect(stderr).toMatch(/the root folder \S+\/nowhere does not exist\n→ Check --root and UNSILO_ROOT/)
  })
})
