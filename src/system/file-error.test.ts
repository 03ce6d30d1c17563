import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { UnsiloError } from '../errors.ts'
import { fileError } from './file-error.ts'

function refused(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -1, syscall: 'write' })
}

it.each(Object.keys(constants.errno))('makes of %s an error that names the path and says what to do', (code) => {
  const cause = refused(code)
  const error = fileError(cause, 'write', '/mnt/nas/data')
  expect(error).toBeInstanceOf(UnsiloError)
  const { message, hint } = error as UnsiloError
  expect(message).toMatch(/^cannot write \/mnt\/nas\/data: \S/)
  expect(hint).toMatch(/^[A-Z].*\.$/)
  expect((error as UnsiloError).cause).toBe(cause)
})

it.each([
  ['ENOSPC', 'no-space'],
  ['EDQUOT', 'no-space'],
  ['EFBIG', 'no-space'],
  ['EACCES', 'not-permitted'],
  ['EPERM', 'not-permitted'],
  ['EROFS', 'not-permitted'],
  ['ENOENT', 'not-found'],
  ['ENOTDIR', 'not-found'],
  ['EISDIR', 'clash'],
  ['EEXIST', 'clash'],
  ['ENOTEMPTY', 'clash'],
  ['EIO', 'io'],
  ['EMFILE', 'io'],
  ['ELOOP', 'io'],
])('calls %s %s', (code, expected) => {
  expect(fileError(refused(code), 'write', '/x')).toMatchObject({ code: expected })
})

it('knows what Node itself throws', () => {
  try {
    readFileSync('/no/such/file')
    expect.unreachable()
  } catch (error) {
    expect(fileError(error, 'read', '/no/such/file')).toMatchObject({
      code: 'not-found',
      message: 'cannot read /no/such/file: no such file or folder',
    })
  }
})

it('leaves alone what is no error of the operating system: that is a bug, or has been explained', () => {
  const explained = new UnsiloError('empty', 'x')
  for (const error of [
    explained,
    new TypeError('x'),
    'text',
    undefined,
    Object.assign(new Error('x'), { code: 'E' }),
  ]) {
    expect(fileError(error, 'write', '/x')).toBe(error)
  }
})
