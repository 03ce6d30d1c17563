import { join } from 'node:path'
import { UnsiloError } from '../errors.ts'
import type { Files } from '../system/files.ts'
import { type SecretReference, secretReference } from '../system/schema.ts'
import { datasetFileName } from './find-datasets.ts'
import { rootFileName } from './find-root.ts'
import { type KeyPath, sayKey } from './problem.ts'
import { readSecret } from './secrets.ts'
import { readTomlFile } from './toml-file.ts'
import { isTable } from './values.ts'

/** A secret that a configuration refers to. */
export interface Unreadable {
  /** As messages name it: `todoist/config.toml`. */
  file: string
  /** As in `env.TOKEN`. */
  key: string
  /** Where it should be, in words; never any of it. */
  where: string
  /** It is what a command prints, and no command was run. */
  untried?: true
}

/** Secrets of a root that cannot be read on this machine. Commands that print one are named, and not run. */
export async function unreadableSecrets(
  files: Files,
  root: string,
  datasets: readonly string[],
): Promise<Unreadable[]> {
  const places = [
    { file: rootFileName, folder: root },
    ...datasets.map((name) => ({ file: `${name}/${datasetFileName}`, folder: join(root, name) })),
  ]
  const found: Unreadable[] = []
  for (const { file, folder } of places) {
    const read = readTomlFile(files, join(root, file), file)
    if (read === undefined || 'problem' in read) continue
    for (const [path, reference] of referencesIn(read.file.values)) {
      const one = { file, key: sayKey(path), where: sayReference(reference) }
      if ('command' in reference) found.push({ ...one, untried: true })
      else if (!(await isReadable(files, one.key, reference, folder))) found.push(one)
    }
  }
  return found
}

async function isReadable(files: Files, key: string, reference: SecretReference, folder: string): Promise<boolean> {
  try {
    await readSecret(files, key, reference, folder)
    return true
  } catch (error) {
    if (error instanceof UnsiloError) return false
    throw error
  }
}

/** Everything that looks like a reference. The table of all variables is none, whatever the one in it is called. */
function* referencesIn(value: unknown, path: KeyPath = []): Generator<[KeyPath, SecretReference]> {
  const isVariables = path.length === 1 && path[0] === 'env'
  const reference = isVariables ? undefined : secretReference.safeParse(value)
  if (reference?.success === true) yield [path, reference.data]
  else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) yield* referencesIn(inner, [...path, index])
  } else if (isTable(value)) {
    for (const [key, inner] of Object.entries(value)) yield* referencesIn(inner, [...path, key])
  }
}

function sayReference(reference: SecretReference): string {
  if ('file' in reference) return `the file ${reference.file}`
  if ('env' in reference) return `the environment variable ${reference.env}`
  if ('credential' in reference) return `the systemd credential ${reference.credential}`
  return 'a command'
}
