import { describe, expect, it } from 'vitest'
import { rowsIn } from './input.fixture.ts'
import { readXml } from './xml.ts'

const elements = (text: string | Buffer, element = 'item') =>
  rowsIn(text, (bytes) => readXml(bytes, { element, file: 'a.xml' }))

describe('readXml', () => {
  it('makes an object of each element', async () => {
    const document = `<?xml version="1.0"?><r xmlns:m="urn:m"><item id="1" m:x="&lt;"><t>A &amp; <![CDATA[<B>]]></t>
      <tag>x</tag><tag a="1">y</tag><e/><m:n> </m:n></item><other/><item>text</item><item/></r>`
    expect(await elements(document)).toEqual([
      { '@id': '1', '@m:x': '<', t: 'A & <B>', tag: ['x', { '@a': '1', '#text': 'y' }], e: '', 'm:n': ' ' },
      { '#text': 'text' },
      {},
    ])
  })

  it('takes names as they are written, and an element inside of one of its name as a part of it', async () => {
    expect(await elements('<r xmlns:g="urn:g"><g:p><g:p>1</g:p></g:p><p/></r>', 'g:p')).toEqual([{ 'g:p': '1' }])
  })

  it('keeps mixed text', async () => {
    expect(await elements('<r><item>a <b>c</b> d</item></r>')).toEqual([{ b: 'c', '#text': 'a  d' }])
  })

  it('knows the entities that the document declares, and does not expand them again', async () => {
    const document = '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r><item>&a;|&b;</item></r>'
    expect(await elements(document)).toEqual([{ '#text': 'x|&a;&a;' }])
  })

  it('leaves out an item that is not well-formed, and goes on', async () => {
    expect(await elements('<r><item>1</item><item>&nbsp;<b></item><item>3</item></r>')).toEqual([
      { '#text': '1' },
      'line 1, column 29: not well-formed XML: undefined entity',
      { '#text': '3' },
    ])
  })

  it('gives the items before the place where a document is cut off', async () => {
    const [first, second, ...others] = await elements('<r><item>1</item><item>2')
    expect(first).toEqual({ '#text': '1' })
    expect(second).toContain('not well-formed XML: unclosed tag')
    expect(others).toEqual([])
  })

  it('reads other encodings', async () => {
    expect(
      await elements(Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><item>\xe9\x80</item>', 'latin1')),
    ).toEqual([{ '#text': 'é€' }])
    expect(await elements(Buffer.from('\ufeff<item>é</item>', 'utf16le'))).toEqual([{ '#text': 'é' }])
  })

  it('gives a web page up', async () => {
    expect((await elements(`<html>${'<p>&nbsp;<br>'.repeat(10_000)}`)).length).toBeLessThan(5000)
  })

  it('tells that no element has the name, and takes what items would stand in for an empty list', async () => {
    const document = '<rss><channel><title>A</title></channel><other><item>1</item></other></rss>'
    expect(await elements(document, 'post')).toEqual(['there is no element "post"'])
    expect(await elements(document, 'itm')).toEqual(['there is no element "itm": did you mean "item"?'])
    expect(await elements(document, 'channel/item')).toEqual([])
    expect(await elements(document, 'feed/item')).toEqual(['there is no element "feed/item"'])
    expect(await elements(document, 'rss/other/item')).toEqual([{ '#text': '1' }])
    expect(await elements('<html><p></html>', 'item')).toEqual([
      'line 1, column 16: not well-formed XML: unexpected close tag',
    ])
  })
})
