import { describe, expect, it } from 'vitest'
import { checksumIn, checksumOf } from './checksum.ts'

const sha256 = '2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824'

describe('the hash that a server offers', () => {
  it.each([
    [[], undefined],
    [[['XCRC', '']], undefined],
    [[['HASH', 'CRC32;MD5;SHA-1*;SHA-256;SHA-512;']], ['OPTS HASH SHA-256', 'HASH /a b']],
    [[['HASH', 'MD5*']], ['OPTS HASH MD5', 'HASH /a b']],
    [
      [
        ['XSHA256', ''],
        ['XMD5', ''],
      ],
      ['XSHA256 "/a b"'],
    ],
    [
      [
        ['XSHA1', ''],
        ['XMD5', ''],
      ],
      ['XSHA1 "/a b"'],
    ],
    [[['XMD5', '']], ['XMD5 "/a b"']],
  ] as [[string, string][], string[] | undefined][])('is the best of %j', (features, commands) => {
    expect(checksumOf(new Map(features))?.commands('/a b')).toEqual(commands)
  })
})

describe('the hash in a reply', () => {
  it.each([
    [`213 SHA-256 0-5 ${sha256} /in/${'ab'.repeat(32)}`, sha256.toLowerCase()],
    [`250-Computing SHA256 digest\n250 ${sha256}`, sha256.toLowerCase()],
    [`250 ${sha256.slice(1)}`, undefined],
    ['250 done', undefined],
  ])('%s', (message, hash) => {
    expect(checksumIn({ code: Number(message.slice(0, 3)), message }, 'sha256')).toBe(hash)
  })

  it('is not taken from a refusal', () => {
    expect(checksumIn({ code: 550, message: `550 ${sha256}` }, 'sha256')).toBeUndefined()
  })
})
