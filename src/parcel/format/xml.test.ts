import { describe, expect, it } from 'vitest'
import { complaintOf } from './run-check.fixture.ts'
import { xml } from './xml.ts'

const complaint = (content: string | Uint8Array): string => complaintOf(xml, content)

describe('the XML check', () => {
  it.each([
    ['<a/>', 'an element alone'],
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<a b="c">é &amp; &#233;<![CDATA[<]]></a>\n',
      'a declaration, text and CDATA',
    ],
    ['\uFEFF<?xml version="1.0"?><a/>', 'a byte order mark'],
    ['<x:a/>', 'a prefix that nothing declares'],
    ['<?xml version="1.0" encoding="utf-16"?><a/>', 'UTF-8 that was declared as UTF-16'],
    [
      '<?xml version="1.0"?><!-- a longer comment before the root element of this document --><a/>',
      'a comment in front',
    ],
  ])('passes %j: %s', (text) => {
    expect(complaint(text)).toBe('')
  })

  it('passes entities that the document declares, and does not expand them', () => {
    expect(complaint('<!DOCTYPE a [<!ENTITY who "me"><!ENTITY all "&who;&who;">]><a b="&who;">&all;</a>')).toBe('')
    expect(complaint('<!DOCTYPE a [<!ENTITY who "me">]><a>&whom;</a>')).toBe(
      'not well-formed XML: undefined entity at line 1, column 42',
    )
    expect(complaint('<!DOCTYPE a [<!-- <!ENTITY who "me"> -->]><a>&who;</a>')).toMatch(/undefined entity/)
    expect(complaint('<!DOCTYPE a SYSTEM><a>&constructor;</a>')).toMatch(/undefined entity/)
  })

  it('passes unknown entities where declarations stand elsewhere', () => {
    const doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1-strict.dtd">'
    expect(complaint(`${doctype}<html>&nbsp;</html>`)).toBe('')
    expect(complaint(`${doctype}<html>& nbsp;</html>`)).toMatch(/disallowed character in entity name/)
    expect(complaint('<!DOCTYPE a [%more;]><a>&who;</a>')).toBe('')
  })

  it.each(['utf16le', 'utf16be'])('passes %s with a byte order mark', (encoding) => {
    const bytes = Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>é😀</a>', 'utf16le')
    expect(complaint(encoding === 'utf16le' ? bytes : bytes.swap16())).toBe('')
  })

  it('reads the encoding that the declaration names', () => {
    const text = '<?xml version="1.0" encoding="iso-8859-1"?>\n<name>Müller</name>'
    expect(complaint(Buffer.from(text, 'latin1'))).toBe('')
    expect(complaint(Buffer.from(text.replace('iso-8859-1', 'utf-8'), 'latin1'))).toMatch(
      /^not well-formed XML: not utf-8 text after line \d, column \d+$/,
    )
    expect(complaint(text.replace('iso-8859-1', 'klingon'))).toBe(
      'not readable XML: its encoding, "klingon", is unknown',
    )
  })

  it('says where a document is wrong', () => {
    expect(complaint('<a>\n  <b>\n</a>')).toBe('not well-formed XML: unexpected close tag at line 3, column 4')
    expect(complaint('<a b="1" b="2"/>')).toMatch(/duplicate attribute: b at line 1/)
    expect(complaint('{"a": 1}')).toMatch(/text data outside of root node/)
  })

  it('refuses a document that is cut off', () => {
    expect(complaint('<feed>\n<entry><title>a</title></entry>\n<ent')).toMatch(
      /^not well-formed XML: .* at line 3, column 4$/,
    )
    expect(complaint('<feed><entry/>')).toBe('not well-formed XML: unclosed tag: feed at line 1, column 14')
    expect(complaint('')).toMatch(/must contain a root element/)
  })

  it('recognises a web page', () => {
    const page = Buffer.from('<!DOCTYPE html><html><head><meta charset="utf-8"><title>Sign in</title></head></html>')
    expect(() => xml.startCheck!().write(page)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('a login has expired') }),
    )
  })
})
