import * as fs from 'node:fs'
import { join } from 'node:path'
import {
  type RestoreDatabaseOptions,
  type RestoredToDatabase,
  restoreDatabase,
} from '../../src/dataset/restore-database.ts'
import type { UnsiloError } from '../../src/errors.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../support/test-dataset.ts'

/** A dataset of a server's databases, with one good parcel. */
export async function dumped(source: Record<string, unknown>, password: string, more = ''): Promise<TestDataset> {
  const file = join(temporaryFolder(), 'password')
  fs.writeFileSync(file, `${password}\n`)
  const lines = Object.entries({ host: '127.0.0.1', ...source }).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}`,
  )
  const test = testDataset(
    `${more}\n[source]\n${lines.join('\n')}\npassword = { file = ${JSON.stringify(file)} }\n`,
    'db',
  )
  const { exported } = await test.run({ exportNow: true })
  if (exported?.event !== 'sealed') throw new Error(JSON.stringify(exported))
  return test
}

export async function restoreTo(
  test: TestDataset,
  to: string,
  options: Partial<RestoreDatabaseOptions> = {},
): Promise<RestoredToDatabase> {
  return restoreDatabase(await test.open(), test.context, { database: 'shop', folder: test.root, ...options, to })
}

/** Why it failed. */
export async function refusal(work: Promise<unknown>): Promise<Pick<UnsiloError, 'code' | 'message' | 'hint'>> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    ({ code, message, hint }: UnsiloError) => ({ code, message, hint }),
  )
}

/** Changes one byte in the middle of the parcel's file. */
export function damage(test: TestDataset): void {
  const [name] = test.names('data')
  const path = join(test.folder, 'data', name!)
  const bytes = fs.readFileSync(path)
  bytes[Math.floor(bytes.length / 2)]! ^= 0xff
  fs.writeFileSync(path, bytes)
}
