import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { parse } from 'smol-toml'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ExitCode } from '../src/cli/exit-code.ts'
import { buildProgram } from '../src/cli/program.ts'
import { datasetJsonSchema, rootJsonSchema } from '../src/config/json-schema.ts'
import { loadDatasets } from '../src/config/load.ts'
import { templates } from '../src/dataset/templates.ts'
import { templateNames } from '../src/dataset/templates/names.ts'
import { knownExtensions } from '../src/parcel/format/all.ts'
import { healthStates } from '../src/report/warnings.ts'
import { systemFiles } from '../src/system/files.ts'
import { type Block, blocksOf, proseOf, sectionsOf, typedIn } from './support/doc-blocks.ts'
import { type DocService, directivesOf, startDocService } from './support/doc-service.ts'
import { ParcelNames, isAsShown, openSession, withoutChance } from './support/doc-session.ts'
import { channelKeys, sourceKeys, targetKeys } from './support/kind-keys.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const repository = resolve(import.meta.dirname, '..')
const program = join(repository, 'dist/bin/unsilo.js')
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

const inFolder = (folder: string): string[] =>
  readdirSync(join(repository, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
const hasJq = spawnSync('jq', ['--version']).error === undefined
const folders = ['.', 'docs', 'docs/cases', 'docs/decisions', 'docs/views']
const pages = folders.flatMap(inFolder)

describe('the pages', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/cli.md', 'docs/decisions/0001-toolchain.md']))
  })

  it.each(pages)('lead nowhere that does not exist: %s', (page) => {
    const targets = [...proseOf(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!)
    const broken = targets.filter((target) => !/^https?:/.test(target) && !isThere(page, target))
    expect(broken).toEqual([])
  })

  it.each(pages)('name only files of the repository that exist: %s', (page) => {
    const names = [...proseOf(read(page)).matchAll(/`((?:src|test|scripts|docs|bench|\.ci)\/[\w./-]*)`/g)]
    const missing = names
      .map((match) => match[1]!)
      .filter((name) => !name.includes('NAME') && !existsSync(join(repository, name)))
    expect(missing).toEqual([])
  })

  it.each(pages)('name only npm scripts that exist: %s', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const names = [...read(page).matchAll(/npm run (?:-s )?([\w:]+)/g)].map((match) => match[1]!)
    expect(names.filter((name) => !(name in scripts))).toEqual([])
  })

  it.each(pages)('have lines that fit a screen, tables and links aside: %s', (page) => {
    const long = proseOf(read(page))
      .split('\n')
      .filter((line) => line.length > 132 && !line.startsWith('|') && !line.includes(']('))
    expect(long).toEqual([])
  })
})

function isThere(page: string, target: string): boolean {
  const [path, anchor] = target.split('#') as [string, string | undefined]
  const full = path === '' ? join(repository, page) : join(repository, dirname(page), path)
  if (!existsSync(full)) return false
  if (anchor === undefined || statSync(full).isDirectory()) return true
  return [...sectionsOf(readFileSync(full, 'utf8')).keys()].some((heading) => anchorOf(heading) === anchor)
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

describe('README.md', () => {
  it('names the one command that runs the tests where .ci/run looks for it', () => {
    const line = /test_command=\$\((.*)\)\n/.exec(read('.ci/run'))![1]!
    const { stdout } = spawnSync('bash', ['-c', line], { cwd: repository, encoding: 'utf8' })
    expect(stdout.trim()).toBe('npm ci && npm run setup && npm test')
  })
})

describe('configuration.md', () => {
  const sections = sectionsOf(read('docs/configuration.md'))
  const documented = [...sections.keys()].flatMap((heading) => /^`(.*)`$/.exec(heading)?.[1] ?? [])
  // Kinds of sources, of targets and of channels have pages of their own.
  const keys = new Map(
    [...keysOf(datasetJsonSchema()), ...keysOf({ properties: rootOnly() })].filter(
      ([key]) => !/^(?:source|targets\.NAME|alerts\.NAME)\./.test(key),
    ),
  )

  it('has a section for each key, and for nothing else', () => {
    expect([...documented].sort()).toEqual([...keys.keys()].sort())
  })

  it.each([...keys].filter(([, { fallback }]) => fallback !== undefined))(
    'tells the default of %s',
    (key, { fallback }) => {
      expect(sections.get(`\`${key}\``)).toContain(`Default: \`${JSON.stringify(fallback)}\``)
    },
  )

  it.each(documented)('says what happens without %s, or what it is a table of', (key) => {
    expect(sections.get(`\`${key}\``)).toMatch(
      keys.get(key)?.isTable === true || key === 'defaults' ? /\S/ : /Default: |When it fails/,
    )
  })
})

/** The page, and its section, that tells the keys of a kind of source as rows of a table. */
const sourcePages: Record<string, [page: string, section: string]> = {
  rest: ['docs/rest.md', 'All keys'],
  folder: ['docs/folders.md', 'All keys'],
  postgres: ['docs/databases.md', 'PostgreSQL'],
  mysql: ['docs/databases.md', 'MySQL and MariaDB'],
  mariadb: ['docs/databases.md', 'MySQL and MariaDB'],
  sqlite: ['docs/databases.md', 'SQLite'],
}

describe('a kind of source', () => {
  it.each([...sourceKeys()])('%s has a row for each key, as the schema says it, and for nothing else', (kind, keys) => {
    const [page, section] = sourcePages[kind]!
    const rows = sectionsOf(read(page))
      .get(section)!
      .match(/^\| `source\.[^|]*` \|.*$/gm)
    expect(rows).toEqual(keys.map(({ row }) => row))
  })
})

/** The page that tells the keys of a kind of target, in its section "All keys". */
const targetPages: Record<string, string> = {
  folder: 'docs/targets/folder.md',
  s3: 'docs/targets/s3.md',
  ftp: 'docs/targets/ftp.md',
  ftps: 'docs/targets/ftp.md',
  sftp: 'docs/targets/sftp.md',
  rsync: 'docs/targets/rsync.md',
}

describe('a kind of target', () => {
  const { shared, kinds } = targetKeys()

  it('has rows for the keys that all kinds have, as the schema says them', () => {
    const rows = sectionsOf(read('docs/targets.md'))
      .get('Keys of every target')!
      .match(/^\| `.*$/gm)
    expect(rows).toEqual(shared.map(({ row }) => row))
  })

  it.each([...new Set(Object.values(targetPages))])(
    '%s has a row for each key beside them, and for nothing else',
    (page) => {
      const of = [...kinds].filter(([kind]) => targetPages[kind] === page).flatMap(([, keys]) => keys)
      const rows = sectionsOf(read(page))
        .get('All keys')!
        .match(/^\| `.*$/gm)
      expect(rows).toEqual([...new Set(of.map(({ row }) => row))])
    },
  )

  it('has a page each', () => {
    expect([...kinds.keys()].sort()).toEqual(Object.keys(targetPages).sort())
  })
})

describe('a kind of channel', () => {
  const { shared, kinds } = channelKeys()
  const sections = sectionsOf(read('docs/alerts.md'))
  const rowsOf = (section: string): string[] | null => sections.get(section)!.match(/^\| `.*$/gm)

  it('has rows for the keys that all kinds have, as the schema says them', () => {
    expect(rowsOf('Keys of every channel')).toEqual(shared.map(({ row }) => row))
  })

  it.each([...kinds])('%s has a row for each key beside them, and for nothing else', (kind, keys) => {
    expect(rowsOf(`\`${kind}\``) ?? []).toEqual(keys.map(({ row }) => row))
  })
})

interface JsonSchema {
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  default?: unknown
}

interface Key {
  fallback: unknown
  isTable: boolean
}

function rootOnly(): Record<string, JsonSchema> {
  const { defaults, ...others } = (rootJsonSchema() as JsonSchema).properties!
  return { ...others, defaults: { ...defaults, properties: {} } }
}

const optionsOf = ({ anyOf = [], oneOf = [] }: JsonSchema): JsonSchema[] => [...anyOf, ...oneOf]

function keysOf(schema: JsonSchema, prefix = ''): [string, Key][] {
  const tables = [schema, ...optionsOf(schema)]
  const named = tables.flatMap(({ properties }) => Object.entries(properties ?? {}))
  const free = tables.flatMap(({ additionalProperties }) =>
    typeof additionalProperties === 'object' ? [['NAME', additionalProperties] as const] : [],
  )
  return [
    ...named.flatMap(([name, inner]): [string, Key][] => {
      const isTable = [inner, ...optionsOf(inner)].some(({ properties }) => properties !== undefined)
      const fallback = isTable ? undefined : inner.default
      return [[`${prefix}${name}`, { fallback, isTable }], ...keysOf(inner, `${prefix}${name}.`)]
    }),
    ...free.flatMap(([name, inner]) => keysOf(inner, `${prefix}${name}.`)),
  ]
}

describe('the TOML on the pages', () => {
  const isOfRoot = ({ file }: Block): boolean => file?.endsWith('unsilo.toml') === true
  const shown = pages.flatMap((page) => {
    const blocks = blocksOf(read(page)).filter(({ info }) => /^toml\b/.test(info))
    // A dataset may name targets of the root that the page has shown before.
    const rootOf = (at: number): string => blocks.slice(0, at).findLast(isOfRoot)?.text ?? ''
    return blocks.map((block, index): [string, Block, string, string] => [
      `${page}:${block.line}`,
      block,
      rootOf(index),
      page,
    ])
  })

  it.each(shown)('is what the loader says of it: %s', async (_, block, rootConfig, page) => {
    const { info, text } = block
    expect(['toml', 'toml wrong']).toContain(info)
    const root = temporaryFolder()
    const isRoot = isOfRoot(block)
    mkdirSync(join(root, 'dataset'))
    writeFileSync(join(root, 'dataset/config.toml'), isRoot ? 'cmd = "true"' : text)
    writeFileSync(join(root, 'unsilo.toml'), isRoot ? text : rootConfig)
    if (/^kind = "\.\//m.test(text + rootConfig)) return expectModuleSays(block, page, root)
    const { problems } = await loadDatasets(systemFiles, root, [], root)
    if (info === 'toml') expect(problems).toEqual([])
    else expect(problems).not.toEqual([])
  })
})

/** A module is loaded by Node.js itself; the page shows it, for a dataset or for the root. */
function expectModuleSays({ info }: Block, page: string, root: string): void {
  for (const { file, text } of blocksOf(read(page))) {
    if (file === undefined || !file.endsWith('.mjs')) continue
    for (const folder of [root, join(root, 'dataset')]) writeFileSync(join(folder, basename(file)), text)
  }
  const { status } = spawnSync(process.execPath, [program, '--root', root, 'config', 'validate'])
  expect(status).toBe(info === 'toml' ? ExitCode.ok : ExitCode.config)
}

describe('cli.md', () => {
  const markdown = read('docs/cli.md')
  const sections = sectionsOf(markdown)
  const verbs = leavesOf(buildProgram())

  it('has a section for each verb, and for nothing else', () => {
    const documented = [...sections.keys()].flatMap((heading) => /^`unsilo (.*)`$/.exec(heading)?.[1] ?? [])
    expect(documented.sort()).toEqual([...verbs.keys()].sort())
  })

  it.each([...verbs])('names the options, arguments and other names of %s', (name, verb) => {
    const section = sections.get(`\`unsilo ${name}\``) ?? ''
    const missing = [
      ...verb.options
        .flatMap(({ flags, hidden }) => (hidden ? [] : flags))
        .filter((flags) => !section.includes(`\`${flags}\`:`)),
      ...verb.aliases().filter((alias) => !section.includes(alias)),
      ...verb.registeredArguments.map((argument) => argument.name()).filter((argument) => !section.includes(argument)),
    ]
    expect(missing).toEqual([])
    const known = new Set(verb.options.flatMap(({ long, short }) => [long, short]))
    const invented = [...section.matchAll(/^- `(?:(-\w), )?(--[\w-]+)/gm)]
      .flatMap((match) => [match[1], match[2]])
      .filter((flag) => flag !== undefined && !known.has(flag))
    expect(invented).toEqual([])
  })

  it('names the options that every verb has', () => {
    const section = sections.get('Options of every verb')
    for (const { flags } of buildProgram().options) expect(section).toContain(`\`${flags}\``)
  })

  it('has every exit code', () => {
    const codes = [...sections.get('Exit codes')!.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]))
    expect(codes).toEqual(Object.values(ExitCode))
  })

  it('has every error code', () => {
    const codes = [...sections.get('Error codes')!.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1])
    const union = /export type ErrorCode =([^]*?)\n\n/.exec(read('src/errors.ts'))![1]!
    expect(codes).toEqual([...union.matchAll(/'([\w-]+)'/g)].map((match) => match[1]))
  })
})

/** Every verb that does something, by its whole name: `config show`. */
function leavesOf(command: Command, prefix = ''): Map<string, Command> {
  const visible = command.createHelp().visibleCommands(command)
  const inner = visible.filter((verb) => verb.name() !== 'help')
  return new Map(
    inner.flatMap((verb): [string, Command][] => {
      const name = `${prefix}${verb.name()}`
      return verb.commands.length > 0 ? [...leavesOf(verb, `${name} `)] : [[name, verb]]
    }),
  )
}

describe('presets.md', () => {
  const presets = templateNames.filter(({ next }) => next === 'probe').map(({ name }) => name)

  it('has a row for each preset, and for nothing else', () => {
    const rows = [...read('docs/presets.md').matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]!)
    expect(rows).toEqual(presets)
  })

  it.each([
    ['github', { 'YOUR-NAME': 'me', 'OWNER/REPO': 'me/x' }],
    ['hypothesis', {}],
    ['reddit', {}],
    ['study-server', { 'YOUR-NAME': 'exporter' }],
  ] as const)('%s is what the page of its case shows of it', (name, changes) => {
    const preset = Object.entries(changes).reduce((text, [from, to]) => text.replaceAll(from, to), templates[name])
    const { source: whole, ...others } = parse(preset) as { source: { streams: { name: string }[] } }
    const page = blocksOf(read(`docs/cases/${name}.md`)).find(({ info }) => info === 'toml')!
    const { source: shown, ...othersShown } = parse(page.text) as { source: { streams: { name: string }[] } }
    const names = shown.streams.map((stream) => stream.name)
    expect(othersShown).toEqual(others)
    expect(shown).toEqual({ ...whole, streams: whole.streams.filter((stream) => names.includes(stream.name)) })
  })

  it('is not alone: the page of the command line names them all', () => {
    const section = sectionsOf(read('docs/cli.md')).get('`unsilo init`')!
    for (const { name } of templateNames) expect(section).toContain(`\`${name}\``)
  })
})

describe('trust.md', () => {
  const sections = sectionsOf(read('docs/trust.md'))

  it('lists the extensions whose content is checked', () => {
    const rows = sections
      .get('What is checked')!
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const listed = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!))
    expect(listed.sort()).toEqual([...knownExtensions, 'gz', 'zst'].sort())
  })

  it('explains every state of the report, the worst first', () => {
    const rows = [...sections.get("The report's warnings")!.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
    expect(rows).toEqual([...healthStates])
  })
})

describe('format.md', () => {
  it('has a section for each event of the ledger', () => {
    const events = [...read('src/ledger/event.ts').matchAll(/event: '(\w+)'/g)].map((match) => match[1]!)
    expect([...sectionsOf(read('docs/format.md')).keys()]).toEqual(expect.arrayContaining(events))
  })
})

describe('ARCHITECTURE.md', () => {
  it('has the import table that test/architecture.test.ts holds', () => {
    const table = /const allowed[^]*?\n\}/.exec(read('test/architecture.test.ts'))![0]
    const held = [...table.matchAll(/^ {2}(\w+): \[([^\]]*)\],$/gm)].map(([, folder, others]) => [
      folder,
      [...others!.matchAll(/'(\w+)'/g)].map((match) => match[1]),
    ])
    const rows = sectionsOf(read('ARCHITECTURE.md'))
      .get('Folders')!
      .matchAll(/^\| `(\w+)` \|.*\| (.*) \|$/gm)
    const told = [...rows].map(([, folder, others]) => [folder, others === 'nothing' ? [] : others!.split(', ')])
    expect(told).toEqual(held)
  })

  it('names things that are in the files it names', () => {
    const wrong = [...read('ARCHITECTURE.md').matchAll(/((?:`\w+`(?:, | and ))*`\w+`) in `(src\/[\w./-]+)`/g)].flatMap(
      ([, names, file]) =>
        [...names!.matchAll(/`(\w+)`/g)]
          .map((match) => match[1]!)
          .filter((name) => !read(file!).includes(name))
          .map((name) => `${name} in ${file}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('the examples', () => {
  const told = pages.filter((page) => blocksOf(read(page)).some(({ info }) => info === 'console'))

  it('are on the pages that people read first', () => {
    expect(told).toEqual(expect.arrayContaining(['README.md', 'docs/cli.md', 'docs/getting-started.md']))
  })

  it.each(told)(
    'print what the page says: %s',
    async (page) => {
      // It shows programs that macOS does not have: flock, sha256sum.
      if (page === 'docs/format.md' && process.platform !== 'linux') return
      if (/^\$ .*\bjq\b/m.test(read(page)) && !hasJq) return
      const session = openSession(temporaryFolder(), program)
      onTestFinished(() => session.close())
      const names = new ParcelNames()
      const text = read(page)
      const steps = [...blocksOf(text), ...directivesOf(text)].sort((a, b) => a.line - b.line)
      let service: DocService | undefined
      onTestFinished(() => service?.stop())
      for (const step of steps) {
        if ('kind' in step) {
          if (step.kind === 'service') service = await startDocService(step.value)
          else service!.meanwhile(step.value)
          continue
        }
        if (step.file?.startsWith('~/') === true) session.write(step.file, service?.real(step.text) ?? step.text)
        if (step.info !== 'console') continue
        for (const { command, output } of typedIn(step)) {
          const printed = await session.type(names.inCommand(command))
          const real = service?.shown(printed) ?? printed
          names.learn(output, real)
          // What a server sends differs a little in length from run to run: times, the port.
          const isMeasured = service === undefined
          if (isAsShown(output, real, isMeasured)) continue
          const place = `${page}:${step.line} $ ${command}`
          expect.soft(withoutChance(real, isMeasured), place).toBe(withoutChance(output, isMeasured))
        }
      }
    },
    600_000,
  )
})
