import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { extractArchive } from '../src/backup.ts'
import { blocksOf } from './support/doc-blocks.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const repository = resolve(import.meta.dirname, '..')
const pages = ['docs/backup.md', 'docs/coming-from.md']

it.each(pages)('the example of %s saves what the page says, with the package as it is installed', async (name) => {
  const page = readFileSync(join(repository, name), 'utf8')
  const root = temporaryFolder()
  for (const file of ['home/mark/some/directory/index.md', 'var/www/index.html', 'etc/nginx/nginx.conf', 'mnt/.keep']) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file)
  }
  const blocks = blocksOf(page)
  const example = blocks.find(({ info }) => info === 'ts')!.text.replaceAll(/'\/(home|var|etc|mnt)\//g, `'${root}/$1/`)
  const script = join(root, 'example.mjs')
  // From the repository, `unsilo/backup` is what package.json exports.
  await build({
    stdin: { contents: example, resolveDir: repository, loader: 'ts' },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Optional dependencies: a user's bundler leaves them out, too.
    external: ['@aws-sdk/*', '@smithy/*', '@duckdb/*', 'ssh2'],
    logLevel: 'error',
  })
  const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim()
  expect(printed).toMatch(new RegExp(`^${root}/mnt/nas/example_\\d{14}\\.zip$`))
  expect(page).toContain('It prints `/mnt/nas/example_20130421163000.zip`')

  const extracted = temporaryFolder()
  await extractArchive(printed, extracted)
  const files = readdirSync(extracted, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(extracted.length + 1)
        .replace(`${root.slice(1)}/`, ''),
    )
  expect(files.sort()).toEqual(blocks.find(({ info }) => info === 'text')!.text.split('\n'))
})
