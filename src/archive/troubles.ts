import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { type SeenFile, sayBytes } from '../system/byte-files.ts'

/** What is not in the archive as it is, or was, on disk. */
export interface ArchiveWarning {
  /**
   * `changed`: written to while it was read, twice in a row; `vanished`: removed before its turn came; `unreadable`;
   * `special`: a socket, a pipe or a device; `name`: a name that other programs may show differently.
   */
  kind: 'changed' | 'vanished' | 'unreadable' | 'special' | 'name'
  path: string
  message: string
}

/** Collects what goes wrong with single files, and decides which of it ends the archive. */
export class Troubles {
  readonly warnings: ArchiveWarning[] = []
  readonly #unreadable: 'reject' | 'warn'

  constructor(unreadable: 'reject' | 'warn') {
    this.#unreadable = unreadable
  }

  add(kind: ArchiveWarning['kind'], path: Uint8Array, message: string): void {
    this.warnings.push({ kind, path: sayBytes(path), message })
  }

  /** @throws `thrown`, unless the file has vanished, or may be left out */
  couldNotRead(path: Uint8Array, thrown: unknown): void {
    const error = expectUnsiloError(thrown)
    if (error.code === 'not-found') this.vanished(path)
    else if (this.#unreadable === 'warn') this.add('unreadable', path, error.message)
    else throw withAdvice(error)
  }

  vanished(path: Uint8Array): void {
    this.add('vanished', path, `${sayBytes(path)} vanished before it was read`)
  }

  special(path: Uint8Array, kind: SeenFile['kind']): void {
    this.add('special', path, `${sayBytes(path)} is a ${kind}, which no archive holds; it was left out`)
  }
}

function withAdvice(error: UnsiloError): UnsiloError {
  const advice = "exclude it, or set unreadable to 'warn' to go on without it."
  return new UnsiloError(error.code, error.message, {
    hint: error.hint === undefined ? advice : `${error.hint.replace(/\.$/, '')}; or ${advice}`,
    retryable: error.retryable,
    cause: error.cause,
  })
}
