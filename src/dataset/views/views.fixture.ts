import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import type { Dataset, Problem } from '../dataset.ts'
import type { CheckResult } from '../../view/check/result.ts'
import { checkDataset } from './check-dataset.ts'

/** Puts a parcel there, as by hand. */
export function putParcel(test: TestDataset, id: string, items: unknown): void {
  mkdirSync(join(test.folder, 'data'), { recursive: true })
  writeFileSync(join(test.folder, 'data', `${id}.json`), JSON.stringify(items))
}

/** A dataset with one parcel. */
export function datasetWith(config: string, items: unknown, name?: string, root?: string): TestDataset {
  const test = testDataset(config, name, root)
  putParcel(test, '2026-02-28T060000Z', items)
  return test
}

export interface Checked {
  results: CheckResult[]
  problems: Problem[]
}

export async function checked(test: TestDataset, others: readonly Dataset[] = []): Promise<Checked> {
  const dataset = await test.open()
  const problems: Problem[] = []
  const results = await checkDataset(
    dataset,
    [dataset, ...others],
    test.context,
    (_, problem) => void problems.push(problem),
  )
  return { results, problems }
}
