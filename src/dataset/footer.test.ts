import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { testDataset } from '../../test/support/test-dataset.ts'
import { remakeDataset } from './remake.ts'

const statement = ['Date;Amount;Text', '2026-01-02;5;a', 'Total: 5']
const viewWith = (csv: string): string => `[views.bookings]\nkey = "hash"\n${csv}\n`

async function exportOf(csv: string, lines = statement, more = '') {
  const cmd = `printf '${lines.join(String.raw`\n`)}' > $PARCEL_PATH.csv`
  return (
    await testDataset(`cmd = """${cmd.replaceAll('\\', '\\\\')}"""\n${more}${viewWith(csv)}`).run({ exportNow: true })
  ).exported
}

describe('a CSV file with a short last line that has no line end', () => {
  it('is taken for one that was cut off, and the message says what to do if it is not', async () => {
    expect(await exportOf('')).toMatchObject({
      event: 'failed',
      code: 'wrong-content',
      reason: expect.stringContaining('it ends in the middle of row 3') as string,
      hint: expect.stringContaining('csv = { footer = 1 }') as string,
    })
  })

  it.each(['csv = { footer = 1 }', 'csv = { skip_lines = "^Total" }'])('is whole with %s', async (csv) => {
    expect(await exportOf(csv)).toMatchObject({ event: 'sealed', state: 'good' })
    expect(await exportOf(csv, statement, 'compress = "gzip"\n')).toMatchObject({ event: 'sealed', state: 'good' })
  })

  it('is not whole where that line is none of those to be skipped', async () => {
    const lines = [...statement.slice(0, 2), '2026-01-0']
    expect(await exportOf('csv = { skip_lines = "^Total" }', lines)).toMatchObject({ code: 'wrong-content' })
  })

  it('is ingested and recovered in the same way', async () => {
    const folder = temporaryFolder()
    const paths = `ingest.paths = "${join(folder, '*.csv')}"\n`
    const test = testDataset(`${paths}${viewWith('csv = { skip_lines = "^Total" }')}`)
    writeFileSync(join(folder, 'a.csv'), statement.join('\n'))
    expect((await test.run()).ingested).toMatchObject([{ sealed: { state: 'good' } }])
    writeFileSync(join(test.folder, 'data', '2026-01-01T000000Z.csv'), statement.join('\n'))
    const { recovered } = await remakeDataset(await test.open(), test.context)
    expect(recovered).toMatchObject([{ parcel: '2026-01-01T000000Z', state: 'good' }])
  })
})
