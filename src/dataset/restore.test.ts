import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { type TestDataset, testDataset } from '../../test/support/test-dataset.ts'
import { snapshot } from '../archive/tree.fixture.ts'
import { type RestoreOptions, type Restored, restoreParcel } from './restore.ts'

async function restored(test: TestDataset, options: Partial<RestoreOptions> = {}): Promise<Restored> {
  const to = options.to ?? join(temporaryFolder(), 'back')
  return restoreParcel(await test.open(), test.context, { ...options, to })
}

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(join(folder, name, '..'), { recursive: true })
    fs.writeFileSync(join(folder, name), content)
  }
  return folder
}

const names = (folder: string): string[] => fs.readdirSync(folder).sort()

describe('a parcel is restored', () => {
  it.each(['tar', 'tar.gz', 'tar.zst', 'zip', 'files', 'split'])(
    'from a folder source, as it was (%s)',
    async (kind) => {
      const folder = folderWith({ 'a.txt': 'a', 'in/b.txt': 'b', 'in/deep/c.txt': 'c' })
      fs.symlinkSync('b.txt', join(folder, 'in/link'))
      fs.utimesSync(join(folder, 'in/b.txt'), 0, 1_500_000_000)
      const format = kind === 'split' ? 'format = "tar"\nsplit = true' : `format = "${kind}"`
      const test = testDataset(`[source]\nkind = "folder"\npath = "${folder}"\n${format}\n`)
      await test.run({ exportNow: true })
      const result = await restored(test)
      expect(result).toMatchObject({
        how: kind === 'files' ? 'copied' : 'extracted',
        files: 3,
        verified: true,
        warnings: [],
      })
      const options = { withFractions: kind !== 'zip', withLinks: false }
      expect(snapshot(result.to, options)).toEqual(snapshot(folder, options))
    },
  )

  it('as one file, decompressed, or as it lies there', async () => {
    const test = testDataset('cmd = "echo [1]"\nstdout = "json"\ncompress = "gzip"')
    const id = (await test.run({ exportNow: true })).exported!.parcel
    const plain = await restored(test)
    expect(plain).toMatchObject({ how: 'decompressed', files: 1, parcel: id, state: 'good' })
    expect(fs.readFileSync(join(plain.to, `${id}.json`), 'utf8')).toBe('[1]\n')
    const raw = await restored(test, { raw: true, parcel: id })
    expect(names(raw.to)).toEqual([`${id}.json.gz`])
    expect(fs.readFileSync(join(raw.to, `${id}.json.gz`))).toEqual(
      fs.readFileSync(join(test.folder, 'data', `${id}.json.gz`)),
    )
  })

  it('the newest good one, or the one that is named, even if it is suspect', async () => {
    const test = testDataset('cmd = "cat ../account"\nstdout = "txt"\nguard.min_bytes = 5')
    fs.writeFileSync(join(test.root, 'account'), 'bread and milk')
    const good = (await test.run({ exportNow: true })).exported!.parcel
    fs.writeFileSync(join(test.root, 'account'), 'b')
    const suspect = (await test.run({ exportNow: true })).exported!.parcel
    expect(await restored(test)).toMatchObject({ parcel: good, how: 'copied' })
    expect(await restored(test, { parcel: suspect })).toMatchObject({ parcel: suspect, state: 'suspect' })
  })

  it('of a folder that export_manager has made, without a hash to check it by', async () => {
    const test = testDataset('cmd = "true"')
    folderWith({})
    fs.mkdirSync(join(test.folder, 'data/2020-02-15T010203Z/in'), { recursive: true })
    fs.writeFileSync(join(test.folder, 'data/2020-02-15T010203Z/in/a.tar'), 'no archive for us to open')
    const result = await restored(test)
    expect(result).toMatchObject({ how: 'copied', files: 1, verified: false })
    expect(names(join(result.to, 'in'))).toEqual(['a.tar'])
  })

  it('into an empty folder, and never over anything', async () => {
    const test = testDataset('cmd = "echo [1]"\nstdout = "json"')
    await test.run({ exportNow: true })
    const folder = temporaryFolder()
    const empty = join(folder, 'empty')
    fs.mkdirSync(empty)
    expect(await restored(test, { to: empty })).toMatchObject({ files: 1 })
    await expect(restored(test, { to: empty })).rejects.toMatchObject({
      code: 'clash',
      message: `${empty} is not empty; nothing was touched`,
    })
    fs.writeFileSync(join(folder, 'file'), 'x')
    await expect(restored(test, { to: join(folder, 'file') })).rejects.toMatchObject({ code: 'clash' })
    await expect(restored(test, { to: join(folder, 'no/such') })).rejects.toMatchObject({ code: 'not-found' })
    expect(names(folder)).toEqual(['empty', 'file'])
  })
})

describe('a parcel is not restored', () => {
  it('when it is not what was sealed', async () => {
    const test = testDataset('cmd = "mkdir $PARCEL_PATH; for i in 1 2 3; do echo $i > $PARCEL_PATH/$i; done"')
    const id = (await test.run({ exportNow: true })).exported!.parcel
    fs.writeFileSync(join(test.folder, 'data', id, '2'), 'x')
    fs.rmSync(join(test.folder, 'data', id, '3'))
    const to = join(temporaryFolder(), 'back')
    await expect(restored(test, { to })).rejects.toMatchObject({
      code: 'corrupt',
      message: `${id} is not what was sealed: ${id}/2 is changed; ${id}/3 is missing`,
    })
    expect(fs.existsSync(to)).toBe(false)
  })

  it('when there is none', async () => {
    const test = testDataset('cmd = "false"')
    await expect(restored(test)).rejects.toMatchObject({ code: 'not-found', message: 'todoist has no good parcel' })
    const failed = (await test.run({ exportNow: true })).exported!.parcel
    await expect(restored(test, { parcel: failed })).rejects.toMatchObject({
      code: 'not-found',
      message: `${failed} of todoist cannot be restored: it is failed`,
    })
    await expect(restored(test, { parcel: '2020-01-01T000000Z' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('outside its folder, when its archive leads there; what was restored before is told of', async () => {
    const test = testDataset('cmd = "cp ../evil.tar $PARCEL_PATH.tar"')
    fs.writeFileSync(join(test.root, 'evil.tar'), evilTar())
    await test.run({ exportNow: true })
    const to = join(temporaryFolder(), 'back')
    await expect(restored(test, { to })).rejects.toMatchObject({
      code: 'wrong-content',
      hint: expect.stringContaining(`What was restored until then is in ${to}.`) as string,
    })
    expect(names(join(to, '..'))).toEqual(['back'])
  })
})

/** One entry: `../evil`. */
function evilTar(): Buffer {
  const header = Buffer.alloc(512)
  header.write('../evil', 0)
  header.write('0000644\0', 100)
  header.write('00000000000\0', 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, Buffer.alloc(1024)])
}
