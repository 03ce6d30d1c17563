import type { Writable } from 'node:stream'
import type { Bytes } from './codec.ts'

/**
 * What a program prints, and what reads it to prove that it is whole. A codec that is a program too is connected with both
 * by the kernel: a detour of every byte through Node.js would cost as much as the compression. It may be iterated instead.
 */
export interface Printed extends Bytes {
  /** Starts the program; what it prints goes into the stdin of another. */
  printInto(stdin: Writable): Printing
  readonly proof: PrintedProof
}

export interface Printing {
  /** Resolves when the program has ended well. */
  done: Promise<void>
  /** Ends it, unless it has ended. */
  stop(): Promise<void>
}

export interface PrintedProof {
  /** Starts a program that reads everything from its stdin, which is returned. */
  reader(): Writable
  /** @throws when what was read is not whole */
  end(): void | Promise<void>
  stop(): void | Promise<void>
}

export function isPrinted(body: Bytes): body is Printed {
  return 'printInto' in body
}
