import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  filesIn,
  folderAt,
  id,
  publishing,
  publishTo,
  writesFolder,
  writesOne,
} from '../../../test/support/publishing-dataset.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { hashOf } from '../parcel-contents.ts'
import { publishParcels } from '../publish.ts'

const hasAge = spawnSync('age', ['--version']).error === undefined

interface Key {
  recipient: string
  file: string
}

function newKey(): Key {
  const file = join(temporaryFolder(), 'key.txt')
  execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' })
  return { file, recipient: execFileSync('age-keygen', ['-y', file], { encoding: 'utf8' }).trim() }
}

function decrypted(path: string, key: Key): string {
  return execFileSync('age', ['-d', '-i', key.file, path], { encoding: 'utf8' })
}

function encryptedAt(path: string, key: Key): ReturnType<typeof folderAt> {
  return folderAt('cloud', path, undefined, { encrypt: { kind: 'age', recipients: [key.recipient] } })
}

describe.skipIf(!hasAge)('copies at a target that is not trusted (skipped without the age program)', () => {
  it.each([writesOne, writesFolder])('are all encrypted, and the age program reads them (%j)', async (command) => {
    const key = newKey()
    const test = publishing(command)
    test.configure(`interval = "1 hour"\n${command}`)
    await test.run()
    const path = temporaryFolder()
    const { published, problems } = await publishTo(test, encryptedAt(path, key))
    expect(problems).toEqual([])
    const plain = ['RECOVER.md', `todoist/log/${id}.sha256`]
    for (const name of filesIn(path).filter((one) => !plain.includes(one))) {
      expect(name).toMatch(/\.age$/)
      expect(readFileSync(join(path, name), 'utf8')).toMatch(/^age-encryption\.org\/v1\n/)
    }
    for (const name of filesIn(path).filter((one) => one.includes('/data/'))) {
      expect(decrypted(join(path, name), key)).toBe(test.read(name.replace(/^todoist\//, '').replace(/\.age$/, '')))
    }
    expect(decrypted(join(path, 'todoist/config.toml.age'), key)).toBe(test.read('config.toml'))
    const manifest = JSON.parse(decrypted(join(path, 'todoist/manifest.json.age'), key)) as { parcels: object[] }
    expect(manifest.parcels).toMatchObject([{ id, stored: { sha256: published[0]!.stored!.sha256 } }])
  })

  it('are known by hashes of what is stored, so that they can be checked without the key', async () => {
    const key = newKey()
    const test = publishing(writesFolder)
    test.configure(`interval = "1 hour"\n${writesFolder}`)
    await test.run()
    const path = temporaryFolder()
    const { published } = await publishTo(test, encryptedAt(path, key))
    const list = join(path, `todoist/log/${id}.sha256`)
    expect(hashOf(readFileSync(list))).toBe(published[0]!.stored!.sha256)
    const checked = execFileSync('sha256sum', ['--check', `../log/${basename(list)}`], {
      cwd: join(dirname(list), '../data'),
      encoding: 'utf8',
    })
    expect(checked.match(/\.age: OK$/gm)).toHaveLength(2)
    // What they were is known there, too, to whoever has the key.
    expect(decrypted(`${list}.age`, key)).toBe(test.read(`log/${id}.sha256`))
  })

  it('come back by the steps that are written down beside them', async () => {
    const key = newKey()
    const test = publishing(writesFolder)
    test.configure(`interval = "1 hour"\n${writesFolder}`)
    await test.run()
    const path = temporaryFolder()
    await publishTo(test, encryptedAt(path, key))
    const page = readFileSync(join(path, 'RECOVER.md'), 'utf8')
    const [decrypt, , check] = [...page.split('## Without it')[1]!.matchAll(/^ {7}(\S.*)$/gm)].map(([, line]) => line!)
    const steps = `${decrypt}\n${check}`
      .replaceAll('KEYFILE', key.file)
      .replaceAll('DATASET', 'todoist')
      .replace('ID', id)
    const checked = execFileSync('sh', ['-ec', steps], { cwd: path, encoding: 'utf8' })
    expect(checked.match(/(?<!\.age): OK$/gm)).toHaveLength(2)
    for (const name of filesIn(join(path, `todoist/data/${id}`)).filter((one) => !one.endsWith('.age'))) {
      expect(readFileSync(join(path, `todoist/data/${id}`, name), 'utf8')).toBe(test.read(`data/${id}/${name}`))
    }
  })

  it('are made anew, when asked to, if the ledger lost the word of one', async () => {
    const key = newKey()
    const test = publishing(writesOne)
    test.configure(`interval = "1 hour"\n${writesOne}`)
    await test.run()
    const path = temporaryFolder()
    await publishTo(test, encryptedAt(path, key))
    const ledger = test.read('ledger.ndjson').split('\n')
    writeFileSync(join(test.folder, 'ledger.ndjson'), ledger.filter((line) => !line.includes('"published"')).join('\n'))
    // It may be another machine's: nobody here can read it.
    expect(await publishTo(test, encryptedAt(path, key))).toMatchObject({
      published: [],
      problems: [{ code: 'clash' }],
    })
    const dataset = await test.open()
    const done = await publishParcels(dataset, test.context, test.history(), [encryptedAt(path, key)], {
      backfill: true,
    })
    expect(done).toMatchObject({ published: [{ parcel: id }], problems: [] })
    expect(decrypted(join(path, `todoist/data/${id}.json.age`), key)).toBe('[1]\n')
  })

  it('hold nothing of what was exported, in no file', async () => {
    const canary = 'a-canary-that-nobody-else-writes'
    const command = `cmd = "echo '\\"${canary}\\"' > $PARCEL_PATH.json"\n`
    const test = publishing(command)
    test.configure(`interval = "1 hour"\n${command}`)
    await test.run()
    const path = temporaryFolder()
    await publishTo(test, encryptedAt(path, newKey()))
    const all = filesIn(path).map((name) => readFileSync(join(path, name), 'latin1'))
    expect(all.length).toBeGreaterThan(5)
    expect(all.filter((content) => content.includes(canary))).toEqual([])
  })
})
