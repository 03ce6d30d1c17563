import { fileError } from '../system/file-error.ts'
import type { Files } from '../system/files.ts'

/** A disk that takes no data below a folder: as one that is full, at the first byte. */
export function fullDisk(files: Files, folder: string): Files {
  return {
    ...files,
    async create(path) {
      if (!path.startsWith(folder)) return files.create(path)
      throw fileError(
        Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28, syscall: 'write' }),
        'write',
        path,
      ) as Error
    },
  }
}
