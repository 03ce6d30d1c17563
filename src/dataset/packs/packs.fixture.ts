import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestDataset, testDataset } from '../../../test/support/test-dataset.ts'
import type { Context } from '../dataset.ts'
import { sealedParcels } from '../history.ts'
import { openLender } from './lend.ts'

export const day = 24 * 3_600_000

/** Each parcel is a little other than the one before it. */
const file = `cmd = 'seq 1 500 > $PARCEL_PATH.txt; echo "$PARCEL_ID" >> $PARCEL_PATH.txt'`
export const folder = `cmd = '''mkdir -p "$PARCEL_PATH/in é/empty" && echo "$PARCEL_ID" > "$PARCEL_PATH/in é/a 😀" && echo b > "$PARCEL_PATH/b.sh" && chmod 700 "$PARCEL_PATH/b.sh" && ln -s b.sh "$PARCEL_PATH/link"'''`

export const packing = 'interval = "8 days"\npack = { after = "30 days" }\n'

/** A dataset that has exported every eight days since the first of March; so many days later the clock stands still. */
export async function datasetWith(
  { config = packing, cmd = file }: { config?: string; cmd?: string },
  exports: number,
  daysLater = 16,
): Promise<TestDataset> {
  const test = testDataset(`${config.replace(/^pack = .*$/m, '')}\n${cmd}`)
  for (let count = 0; count < exports; count++) {
    if (count > 0) test.clock.advance(8 * day)
    await test.run()
  }
  test.clock.advance(daysLater * day)
  test.configure(`${config}\n${cmd}`)
  return test
}

/** Everything in a folder, by its path: kind, mode, second of its time, and content. */
export function treeOf(root: string): Record<string, string> {
  const found: Record<string, string> = {}
  const walk = (below: string): void => {
    for (const name of readdirSync(join(root, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`
      const full = join(root, path)
      const stats = lstatSync(full)
      const look = `${(stats.mode & 0o7777).toString(8)} ${Math.floor(stats.mtimeMs / 1000)}`
      if (stats.isDirectory()) {
        found[path] = `folder ${look}`
        walk(path)
      } else if (stats.isSymbolicLink()) found[path] = `link ${readlinkSync(full)}`
      else found[path] = `file ${look} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`
    }
  }
  walk('')
  return found
}

/** What each sealed parcel is, read from wherever it is. */
export async function contentsOfAll(
  test: TestDataset,
  context: Context = test.context,
): Promise<Record<string, string>> {
  const lender = openLender(await test.open(), context)
  const found: Record<string, string> = {}
  try {
    for (const { stored } of sealedParcels(test.history())) {
      await lender.use(stored, async (lent) => {
        for (const [path, look] of Object.entries(treeOf(lent.dataset.layout.data)))
          if (path.startsWith(stored.name)) found[path] = look
        await Promise.resolve()
      })
    }
  } finally {
    await lender.close()
  }
  return found
}
