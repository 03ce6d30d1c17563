import { describe, expect, it } from 'vitest'
import { inChunks } from '../input/input.fixture.ts'
import { readCsv } from '../input/csv.ts'
import { readCalendar } from '../input/icalendar.ts'
import { readXml } from '../input/xml.ts'
import { parseKeyPart } from '../key.ts'
import { type Extract, extractFrom, found, viewOf } from '../view.fixture.ts'

const bytes = (text: string) => inChunks(Buffer.from(text), 100)
const ofCsv = (text: string, ...key: string[]): Promise<Extract> =>
  extractFrom(readCsv(bytes(text), { kind: 'csv', file: 'a.csv' }), viewOf({ key: key.map(parseKeyPart) }))
const problems = ({ errors }: Extract): unknown[] => errors.map(({ path, problem }) => [path, problem])
const keys = ({ items }: Extract): string[] => [...items.keys()]

describe('a key of text', () => {
  it('that is empty, or blank, in a row of CSV is none', async () => {
    const extract = await ofCsv('id,note\n1,a\n,b\n"  ",c\n2,d\n', 'id')
    expect(keys(extract)).toEqual(['1', '2'])
    expect(problems(extract)).toEqual([
      ['item 2', 'has an empty "id", and nothing to tell it from others'],
      ['item 3', 'has an empty "id", and nothing to tell it from others'],
    ])
    expect(extract.errors[0]?.hash).toMatch(/^[0-9a-f]{32}$/)
  })

  it('that is empty in an XML element or a calendar is none', async () => {
    const xml = '<all><item><guid> \n </guid></item><item><guid/></item><item><guid>x</guid></item></all>'
    const ofXml = await extractFrom(
      readXml(bytes(xml), { element: 'item', file: '' }),
      viewOf({ key: [parseKeyPart('guid')] }),
    )
    expect([keys(ofXml), ofXml.errors.length]).toEqual([['x'], 2])
    const calendar = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:\nEND:VEVENT\nBEGIN:VEVENT\nUID:y\nEND:VEVENT\nEND:VCALENDAR\n'
    const ofCalendar = await extractFrom(
      readCalendar(bytes(calendar), { component: undefined, file: '' }),
      viewOf({ key: [parseKeyPart('UID')] }),
    )
    expect([keys(ofCalendar), ofCalendar.errors.length]).toEqual([['y'], 1])
  })

  it('may be empty in one of several parts, which tell it from others together', async () => {
    const extract = await ofCsv('day,nr\n1,\n,\n1,2\n', 'day', 'nr')
    expect(keys(extract)).toEqual(['["1",""]', '["1","2"]'])
    expect(problems(extract)).toEqual([['item 2', 'has an empty "day" and "nr", and nothing to tell it from others']])
  })

  it('is that of the first column that is not empty, of several', async () => {
    const extract = await ofCsv('new,old\n,7\n8,9\n,\n', 'new | old')
    expect(keys(extract)).toEqual(['7', '8'])
    expect(extract.errors).toHaveLength(1)
  })

  it('that is in no item says which field is meant, perhaps', async () => {
    const { errors } = await extractFrom(
      [found('{"UID": 1, "at": 2}'), found('{"at": 2}')],
      viewOf({ key: [parseKeyPart('uid')] }),
    )
    expect(errors.map(({ problem }) => problem)).toEqual([
      'has no "uid" to tell it from others: did you mean "UID"?',
      'has no "uid" to tell it from others',
    ])
  })

  it('is one like any other where it stands in JSON, which can say that there is none', async () => {
    expect(keys(await extractFrom([found('{"id": ""}')]))).toEqual([''])
  })
})
