import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { systemFiles } from '../system/files.ts'
import { readSecret } from './secrets.ts'

it('reads a file below the folder, without the line break at its end alone', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'token'), ' a\nb \r\n')
  expect(await readSecret(systemFiles, 'source.auth.token', { file: 'token' }, folder)).toBe(' a\nb ')
})

it.each([
  ['is empty', { command: 'echo' }, 'it is empty'],
  ['is not there', { file: '~/.no-such-file' }, `there is no file ${join(homedir(), '.no-such-file')}`],
  ['is not printed', { command: 'echo canary; exit 3' }, 'its command failed (exit status 3)'],
])('names the key of a secret that %s', async (_, reference, reason) => {
  await expect(readSecret(systemFiles, 'source.auth.token', reference, '/')).rejects.toMatchObject({
    code: 'config',
    message: `source.auth.token: the secret cannot be read: ${reason}`,
  })
})
