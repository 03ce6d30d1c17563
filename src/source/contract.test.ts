import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { serve } from '../../test/support/rest-client.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { realSystem } from '../system/system.ts'
import { openCommandSource } from './command.ts'
import { folderConfig } from './folder/config.ts'
import { openFolderSource } from './folder/folder.ts'
import { restConfig } from './rest/config.ts'
import { openRestSource } from './rest/rest.ts'
import { type ContractSubject, sourceContract } from './source.contract.ts'
import type { Source } from './source.ts'

describe('a command that writes files', () => sourceContract((folder) => command(folder, false)))
describe('a command that prints', () => sourceContract((folder) => command(folder, true)))

function command(datasetPath: string, printsData: boolean): ContractSubject {
  const account = join(datasetPath, 'account')
  fs.writeFileSync(account, 'bread')
  const open = (cmd: string): Source =>
    openCommandSource(printsData ? { cmd, stdout: 'txt' } : { cmd: `{ ${cmd}; } > $PARCEL_PATH.txt || exit $?` })
  return {
    open: () => open('cat account'),
    fail: () => fs.rmSync(account),
    mend: () => fs.writeFileSync(account, 'bread'),
    openLarge: (bytes) => open(`head -c ${bytes} /dev/zero`),
  }
}

describe.each(['tar', 'zip', 'files'] as const)('a folder, as %s', (format) =>
  sourceContract(() => folderSubject(format)),
)

function folderSubject(format: 'tar' | 'zip' | 'files'): ContractSubject {
  const path = join(temporaryFolder(), 'folder')
  const away = `${path}.away`
  fs.mkdirSync(path)
  fs.writeFileSync(join(path, 'a.txt'), 'bread')
  const open = (): Source => openFolderSource(folderConfig.parse({ kind: 'folder', path, format }), realSystem)
  return {
    open,
    fail: () => fs.renameSync(path, away),
    mend: () => fs.renameSync(away, path),
    openLarge(bytes) {
      fs.writeFileSync(join(path, 'large'), '')
      // It has that size, and takes no space on the disk.
      fs.truncateSync(join(path, 'large'), bytes)
      return open()
    },
  }
}

describe('a REST source', () =>
  sourceContract(async (datasetPath) => {
    let isBroken = false
    let size = 0
    const base = await serve((_, response) => {
      if (isBroken) response.writeHead(403).end('no')
      else if (size === 0) response.end('[{"id":1}]')
      else sendZeros(response, size)
    })
    const open = (): Source =>
      openRestSource(
        restConfig.parse({
          kind: 'rest',
          base,
          retry: { tries: 1 },
          streams: [{ name: 'all', path: 'all', format: 'any' }],
        }),
        { ...realSystem, folder: datasetPath, readSecret: () => Promise.reject(new Error('there is none')) },
      )
    return {
      open,
      fail: () => void (isBroken = true),
      mend: () => void (isBroken = false),
      openLarge(bytes) {
        size = bytes
        return open()
      },
    }
  }))

function sendZeros(response: import('node:http').ServerResponse, bytes: number): void {
  const chunk = Buffer.alloc(256 * 1024)
  let left = bytes
  const more = (): void => {
    while (left > 0) {
      left -= chunk.length
      if (!response.write(chunk)) return
    }
    response.end()
  }
  response.on('drain', more)
  more()
}
