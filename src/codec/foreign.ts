import { UnsiloError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { throughProgram } from './through-program.ts'

/** What others have compressed in a way that unsilo itself never does: it is only read, by the program for it. */
export type Decompression = Pick<Codec, 'decompress'>

const programs: Record<string, { program: string; install: string }> = {
  xz: { program: 'xz', install: 'apt install xz-utils, brew install xz' },
  lzma: { program: 'xz', install: 'apt install xz-utils, brew install xz' },
  bz2: { program: 'bzip2', install: 'apt install bzip2, brew install bzip2' },
}

/** @param extension What a file's name ends with, without the dot. */
export function foreignCodec(extension: string): Decompression | undefined {
  const found = Object.hasOwn(programs, extension) ? programs[extension] : undefined
  if (found === undefined) return undefined
  const { program, install } = found
  const withInstall = (error: unknown): unknown => {
    if (!(error instanceof UnsiloError) || error.code !== 'missing-program') return error
    return new UnsiloError('missing-program', `.${extension} files are read by ${program}, which is not installed`, {
      hint: `Install it: ${install}.`,
      cause: error,
    })
  }
  return { decompress: (body, signal) => throughProgram(body, [program, '-d', '-c', '-q'], withInstall, signal) }
}
