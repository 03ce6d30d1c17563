import type { Bytes } from '../../codec/codec.ts'
import type { CopySettings } from './targets.ts'

/** How copies are encrypted for a place that others can read. */
export interface Encryption {
  /** What the name of every encrypted file ends with. */
  suffix: string
  encrypt(body: Bytes): Bytes
}

/** `undefined` where copies are not encrypted. The library is loaded on first use. */
export async function openEncryption({ encrypt }: Pick<CopySettings, 'encrypt'>): Promise<Encryption | undefined> {
  if (encrypt === undefined) return undefined
  const age = await import('../../codec/age.ts')
  return { suffix: ageSuffix, encrypt: (body) => age.encrypt(body, encrypt.recipients) }
}

/** As the `age` program's own examples name its files. */
export const ageSuffix = '.age'
