import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { TestDataset } from '../../../test/support/test-dataset.ts'
import { encrypt } from '../../codec/age.ts'
import { cellText } from '../../view/query/cell.ts'
import type { Problem } from '../dataset.ts'
import { queryMirror } from './query-mirror.ts'
import { checked, datasetWith } from './views.fixture.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const canary = 'Canary Müller 4711'

function rsa(text: string): string {
  // As long as a block can hold, and the rest in a next one.
  const bytes = Buffer.from(text)
  const blocks: Buffer[] = []
  for (let from = 0; from === 0 || from < bytes.length; from += 245) {
    blocks.push(
      publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, bytes.subarray(from, from + 245)),
    )
  }
  return Buffer.concat(blocks).toString('base64')
}

function keyFile(text: string): string {
  const path = join(temporaryFolder(), 'key')
  writeFileSync(path, text)
  return path
}

const config = (key: string, more = 'scheme = "rsa-pkcs1v15"', rest = ''): string =>
  `[views.entries]\nkey = "id"\ndecrypt = [{ fields = "*RSA", ${more}, key = { file = "${key}" } }]\n${rest}`

interface Answered {
  rows: string[]
  problems: Problem[]
  undecrypted: unknown[]
}

async function ask(test: TestDataset, sql: string): Promise<Answered> {
  const problems: Problem[] = []
  const query = await queryMirror(sql, [await test.open()], test.context, {
    onProblem: (_, problem) => void problems.push(problem),
  })
  try {
    const { columns, batches } = await query.ask()
    const rows: string[] = []
    for await (const batch of batches()) {
      for (const row of batch) rows.push(row.map((cell, index) => cellText(cell, columns[index]!.type)).join(' | '))
    }
    return { rows, problems, undecrypted: query.undecrypted() }
  } finally {
    query.close()
  }
}

/** All bytes of all files of the dataset, as text, and its names. */
function everything(test: TestDataset): string {
  const files = readdirSync(test.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(3)
  return files.map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`).join('\n')
}

describe('an encrypted column', () => {
  const long = `${'x'.repeat(600)}ü`
  const items = [
    { id: 1, nameRSA: rsa(canary), plain: 'a' },
    { id: 2, nameRSA: rsa(long), plain: 'b' },
    { id: 3, nameRSA: 'damaged', plain: 'c' },
    { id: 4, nameRSA: '', plain: 'd' },
    { id: 5, plain: 'e' },
  ]

  it('is decrypted when it is read, and what cannot be is empty, and counted', async () => {
    const test = datasetWith(config(keyFile(pem)), items)
    const { rows, undecrypted } = await ask(
      test,
      'SELECT id, nameRSA, nameRSA IS NULL FROM todoist.entries ORDER BY id',
    )
    expect(rows).toEqual([`1 | ${canary} | false`, `2 | ${long} | false`, '3 |  | true', '4 |  | false', '5 |  | true'])
    expect(undecrypted).toEqual([{ view: 'todoist/entries', column: 'nameRSA', values: 1 }])
    expect((await ask(test, `SELECT id FROM todoist.entries WHERE nameRSA LIKE 'Canary%'`)).rows).toEqual(['1'])
    expect(await ask(test, 'SELECT count(*) FROM todoist.entries')).toMatchObject({ rows: ['5'], undecrypted: [] })
  })

  it('is in no file of the dataset, nor is the key, after runs, questions and checks', async () => {
    const key = keyFile(pem)
    const checks =
      '[views.entries.checks]\nnameRSA = { pattern = "^$" }\nbad = { sql = "SELECT nameRSA::INT FROM todoist.entries" }\n'
    const test = datasetWith(config(key, undefined, checks), items)
    const told = JSON.stringify([
      await test.run(),
      (await ask(test, 'FROM todoist.entries')).rows.length,
      (await ask(test, 'FROM todoist.entries_history')).rows.length,
    ])
    await checked(test)
    const secretLine = pem.split('\n')[3]!
    for (const text of [everything(test), told]) {
      expect(text).not.toContain('Canary')
      expect(text).not.toContain('4711')
      expect(text).not.toContain(secretLine)
    }
  })

  it('is decrypted in the history, too, wherever its column is in the items', async () => {
    const columns = '[views.entries.columns]\nnumber = "id"\nnameRSA = "person.name"\n'
    const nested = items.map(({ id, nameRSA }) => ({ id, person: { name: nameRSA ?? null } }))
    const ofFields = datasetWith(config(keyFile(pem)), items)
    const { rows, undecrypted } = await ask(
      ofFields,
      "SELECT key, item->>'nameRSA', item->>'plain', item FROM todoist.entries_history ORDER BY key",
    )
    expect(rows.map((row) => row.split(' | ').slice(0, 3).join(' | '))).toEqual([
      `1 | ${canary} | a`,
      `2 | ${long} | b`,
      '3 |  | c',
      '4 |  | d',
      '5 |  | e',
    ])
    expect(rows[2]).toContain('{"id":3,"nameRSA":null,"plain":"c"}')
    expect(rows[4]).toContain('{"id":5,"plain":"e"}')
    expect(undecrypted).toEqual([{ view: 'todoist/entries', column: 'nameRSA', values: 1 }])
    const named = datasetWith(config(keyFile(pem), undefined, columns), nested)
    expect((await ask(named, "SELECT item FROM todoist.entries_history WHERE key = '1'")).rows).toEqual([
      `{"id":1,"person":{"name":"${canary}"}}`,
    ])
    const sealed = datasetWith(config('/nowhere/key.pem'), items.slice(0, 1))
    expect((await ask(sealed, 'SELECT item FROM todoist.entries_history')).rows).toEqual([
      '{"id":1,"nameRSA":null,"plain":"a"}',
    ])
  })

  it('has a check of its own that names the items', async () => {
    const { results } = await checked(datasetWith(config(keyFile(pem)), items))
    expect(results).toMatchObject([
      {
        check: 'nameRSA',
        rule: 'decrypt',
        verdict: 'failed',
        message: '1 of 4 rows have a value of nameRSA that cannot be decrypted',
        examples: ['3'],
      },
    ])
  })

  it('is empty without its key, which is told', async () => {
    const test = datasetWith(config('/nowhere/key.pem'), items)
    const { rows, problems } = await ask(test, 'SELECT id, nameRSA, plain FROM todoist.entries WHERE id = 1')
    expect(rows).toEqual(['1 |  | a'])
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        code: 'config',
        message: expect.stringContaining('there is no file /nowhere/key.pem') as string,
      },
    ])
    expect((await checked(test)).results).toMatchObject([{ verdict: 'broken' }])
  })

  it('is told when no column is like it', async () => {
    const { results } = await checked(datasetWith(config(keyFile(pem)), [{ id: 1, nameRSB: 'x' }]))
    expect(results).toMatchObject([{ verdict: 'broken', problem: 'no column is like *RSA' }])
  })
})

describe('ways to write encrypted values', () => {
  const block = (text: string): Buffer =>
    publicEncrypt({ key: pair.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text))

  it.each([
    ['scheme = "rsa-pkcs1v15", input = "hex"', block('a').toString('hex') + block('b').toString('hex')],
    ['scheme = "rsa-pkcs1v15"', `${block('a').toString('base64')}\n${block('b').toString('base64')}`],
    ['scheme = "rsa-pkcs1v15", blocks = "|"', `${block('a').toString('base64')}|${block('b').toString('base64')}`],
    [
      'scheme = "rsa-oaep-sha256"',
      publicEncrypt({ key: pair.publicKey, oaepHash: 'sha256' }, Buffer.from('ab')).toString('base64'),
    ],
  ])('%s', async (rule, value) => {
    const test = datasetWith(config(keyFile(pem), rule), [{ id: 1, xRSA: value }])
    expect((await ask(test, 'SELECT xRSA FROM todoist.entries')).rows).toEqual(['ab'])
  })

  it('with age, as Base64 or as its own armor', async () => {
    const identity = await generateX25519Identity()
    const recipient = await identityToRecipient(identity)
    const sealed = async (text: string): Promise<string> => {
      const pieces: Uint8Array[] = []
      const body = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(Buffer.from(text))
      }
      for await (const piece of encrypt(body(), [recipient])) pieces.push(piece)
      return Buffer.concat(pieces).toString('base64')
    }
    const armored = `-----BEGIN AGE ENCRYPTED FILE-----\n${await sealed('two')}\n-----END AGE ENCRYPTED FILE-----\n`
    const items = [
      { id: 1, aRSA: await sealed('one') },
      { id: 2, aRSA: armored },
      { id: 3, aRSA: 'AAAA' },
    ]
    const test = datasetWith(config(keyFile(`# key\n${identity}\n`), 'scheme = "age", input = "armor"'), items)
    const { rows, undecrypted } = await ask(test, 'SELECT aRSA FROM todoist.entries ORDER BY id')
    expect(rows).toEqual(['one', 'two', ''])
    expect(undecrypted).toEqual([{ view: 'todoist/entries', column: 'aRSA', values: 1 }])
    expect((await ask(test, `SELECT id FROM todoist.entries WHERE upper(aRSA) = 'TWO'`)).rows).toEqual(['2'])
    const ofHistory = "SELECT item->>'aRSA' FROM todoist.entries_history ORDER BY key"
    expect((await ask(test, ofHistory)).rows).toEqual(['one', 'two', ''])
  })
})
