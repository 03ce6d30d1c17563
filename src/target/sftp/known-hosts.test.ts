import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasSshd } from '../../../test/servers/sshd.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { hostKeyAlgorithms } from './host-check.ts'
import { findHost, fingerprint, hostName, judgeHostKey, keyType, keyTypes } from './known-hosts.ts'

// Made with ssh-keygen -t ed25519, and its fingerprint as ssh-keygen -l prints it.
const one = 'AAAAC3NzaC1lZDI1NTE5AAAAIKy8NnZ8Pu0+PZhBX5zVOGuJo/2pVfABmOsKggo4jV+p'
const other = 'AAAAC3NzaC1lZDI1NTE5AAAAIE+38zqgLTz+fsrl8twW+an7QADGGxN1E9F4YfHMSYHh'

function judge(text: string, host = 'nas.example', port = 22, key = one): string {
  return judgeHostKey(findHost([{ path: 'known', text }], host, port), Buffer.from(key, 'base64')).kind
}

describe('a line of known_hosts', () => {
  it.each([
    ['one name', `nas.example ssh-ed25519 ${one}`],
    ['a comment after the key', `nas.example ssh-ed25519 ${one} root@nas of 2026`],
    ['several names', `backup,nas.example,192.0.2.7 ssh-ed25519 ${one}`],
    ['capitals', `NAS.Example ssh-ed25519 ${one}`],
    ['a star', `*.example ssh-ed25519 ${one}`],
    ['question marks', `na?.exampl? ssh-ed25519 ${one}`],
    ['tabs and blanks', `  nas.example\t ssh-ed25519   ${one}  `],
    ['Windows line ends', `# mine\r\n\r\nnas.example ssh-ed25519 ${one}\r\n`],
    ['others before it', `nas.example ssh-rsa AAAA\nnas.example ssh-ed25519 ${other}\nnas.example ssh-ed25519 ${one}`],
  ])('is found by %s', (_, text) => expect(judge(text)).toBe('known'))

  it.each([
    ['is empty', ''],
    ['is a comment', `# nas.example ssh-ed25519 ${one}`],
    ['is about another host', `nas2.example ssh-ed25519 ${one}`],
    ['only begins like the name', `nas ssh-ed25519 ${one}`],
    ['has a dot where the name has another letter', `nas.example ssh-ed25519 ${one}`.replace('.', 'x')],
    ['is about another port', `[nas.example]:2222 ssh-ed25519 ${one}`],
    ['excludes the name', `*.example,!nas.example ssh-ed25519 ${one}`],
    ['is about an authority', `@cert-authority nas.example ssh-ed25519 ${one}`],
    ['has a marker that nobody knows', `@odd nas.example ssh-ed25519 ${one}`],
    ['is a key of SSH 1', `nas.example 1024 35 13378`],
    ['is cut off', 'nas.example ssh-ed25519'],
    ['is hashed in a way of the future', `|2|c2FsdA==|aGFzaA== ssh-ed25519 ${one}`],
  ])('says nothing when it %s', (_, text) => expect(judge(text)).toBe('unknown'))

  it('names a host at another port in brackets', () => {
    const text = `[nas.example]:2222 ssh-ed25519 ${one}`
    expect([judge(text, 'nas.example', 2222), judge(text, 'nas.example', 2223)]).toEqual(['known', 'unknown'])
    expect(judge(`[*]:* ssh-ed25519 ${one}`, '::1', 2222)).toBe('known')
    expect([hostName('NAS', 22), hostName('NAS', 2222), hostName('::1', 22)]).toEqual(['nas', '[nas]:2222', '::1'])
  })

  it('holds at other ports too when it is about the usual one, but misses nothing there', () => {
    expect(judge(`nas.example ssh-ed25519 ${one}`, 'nas.example', 2222)).toBe('known')
    expect(judge(`nas.example ssh-ed25519 ${other}`, 'nas.example', 2222)).toBe('unknown')
  })

  it.skipIf(!hasSshd)('is found when its names are hashed by ssh-keygen', () => {
    const path = join(temporaryFolder(), 'known_hosts')
    writeFileSync(path, `nas.example ssh-ed25519 ${one}\n[nas.example]:2222 ssh-ed25519 ${other}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' })
    const text = readFileSync(path, 'utf8')
    expect(text).not.toContain('nas')
    expect([judge(text), judge(text, 'nas.example', 2222, other)]).toEqual(['known', 'known'])
    expect([judge(text, 'nas2.example'), judge(text, 'nas.example', 22, other)]).toEqual(['unknown', 'changed'])
  })

  it('is told with its file and number when it has another key', () => {
    const files = [
      { path: 'first', text: `# mine\nnas.example ssh-ed25519 ${other}` },
      { path: 'second', text: `@revoked nas.example ssh-ed25519 AAAA\nnas.example ssh-rsa BBBB` },
    ]
    const verdict = judgeHostKey(findHost(files, 'nas.example', 22), Buffer.from(one, 'base64'))
    expect(verdict).toMatchObject({
      kind: 'changed',
      at: [
        { file: 'first', line: 2, type: 'ssh-ed25519' },
        { file: 'second', line: 2, type: 'ssh-rsa' },
      ],
    })
  })

  it('wins over all others when it revokes the key', () => {
    const text = `nas.example ssh-ed25519 ${one}\n@revoked * ssh-ed25519 ${one}`
    expect(
      judgeHostKey(findHost([{ path: 'known', text }], 'nas.example', 22), Buffer.from(one, 'base64')),
    ).toMatchObject({
      kind: 'revoked',
      at: { line: 2 },
    })
    expect(judge(`@revoked nas.example ssh-ed25519 ${other}\nnas.example ssh-ed25519 ${one}`)).toBe('known')
  })
})

it('asks for kinds of keys that are known before others', () => {
  const text = `nas.example ssh-rsa AAAA\nnas.example sk-ssh-ed25519@openssh.com BBBB\n@revoked nas.example ssh-ed25519 CCCC`
  const types = keyTypes(findHost([{ path: 'known', text }], 'nas.example', 22))
  expect(hostKeyAlgorithms(types).slice(0, 4)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519'])
  expect(hostKeyAlgorithms([])[0]).toBe('ssh-ed25519')
})

it('reads the type of a key, and its fingerprint as ssh-keygen shows it', () => {
  const key = Buffer.from(one, 'base64')
  expect([keyType(key), fingerprint(key)]).toEqual([
    'ssh-ed25519',
    'SHA256:zDpAsuArCmADXpKjD27jvtFNrJ+vMN554NSKWzmfc0Q',
  ])
})
