import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'

/** A password in which every letter has a meaning to somebody: shells, pgpass, option files, TOML. */
export const canary = String.raw`can:ary/7+zXq9"w'\ #`

interface DatabaseDataset {
  /** Keys of `[source]`. */
  source: Record<string, unknown>
  /** What stands before `[source]`. */
  more?: string
  password?: string
  /** Where the root is; a temporary folder when it is missing. */
  root?: string
}

/** A dataset of a server's databases, whose password is in a file. */
export function databaseDataset({ source, more = '', password = canary, root }: DatabaseDataset): TestDataset {
  const secret = join(temporaryFolder(), 'password')
  writeFileSync(secret, `${password}\n`)
  const keys = { host: '127.0.0.1', database: 'shop', ...source }
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const reference = `password = { file = ${JSON.stringify(secret)} }`
  return testDataset(`interval = "1 hour"\n${more}\n[source]\n${lines.join('\n')}\n${reference}\n`, 'todoist', root)
}
