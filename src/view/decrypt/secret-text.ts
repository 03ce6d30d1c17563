import { type RsaKey, type RsaScheme, decryptRsa, readRsaKey } from '../../codec/rsa.ts'
import type { DecryptConfig } from './config.ts'

/** How a rule of `decrypt` reads texts. */
type OpenText = (text: string) => string | undefined | Promise<string | undefined>

/** Reads encrypted texts; each is decrypted once, and never written anywhere. */
export interface SecretText {
  /** The plain text; `undefined`: it cannot be decrypted, or not yet, which `settle` sees to. */
  read(text: string): string | undefined
  /** Decrypts what `read` could not give at once. @returns Whether there was any: then ask again */
  settle(): Promise<boolean>
  /** What is decrypted only by `settle`: then a question has to be asked until nothing is left to settle. */
  readonly isLate: boolean
}

export type DecryptRule = Omit<DecryptConfig, 'key' | 'fields'>

/**
 * @param key The private key, as its file has it.
 * @throws UnsiloError `config` for a key of another kind, which shows nothing of it
 */
export async function openSecretText(rule: DecryptRule, key: string): Promise<SecretText> {
  return rule.scheme === 'age'
    ? createSecretText(await openAge(rule, key), true)
    : createSecretText(openRsa(rule, rule.scheme, readRsaKey(key)), false)
}

/** All values are NULL: there is no key. */
export const sealedText: SecretText = { read: () => undefined, settle: () => Promise.resolve(false), isLate: false }

/** More plain texts are not kept for those that are quickly decrypted again. */
const mostKept = 100_000

function createSecretText(open: OpenText, isLate: boolean): SecretText {
  const known = new Map<string, string | undefined>()
  let wanted = new Set<string>()
  return {
    isLate,
    read(text) {
      // Nothing is not encrypted.
      if (text === '') return text
      if (known.has(text)) return known.get(text)
      if (isLate) {
        wanted.add(text)
        return undefined
      }
      if (known.size >= mostKept) known.clear()
      const plain = open(text) as string | undefined
      known.set(text, plain)
      return plain
    },
    async settle() {
      const texts = wanted
      wanted = new Set()
      for (const text of texts) known.set(text, await open(text))
      return texts.size > 0
    },
  }
}

function openRsa(rule: DecryptRule, scheme: RsaScheme, key: RsaKey): OpenText {
  return (text) => {
    const parts = blocksOf(text, rule.blocks).map((block) => bytesOf(block, rule.input))
    if (parts.includes(undefined)) return undefined
    const plain = decryptRsa(key, scheme, Buffer.concat(parts as Uint8Array[]))
    return plain === undefined ? undefined : utf8(plain)
  }
}

async function openAge(rule: DecryptRule, key: string): Promise<OpenText> {
  const { decrypt, readIdentities } = await import('../../codec/age.ts')
  const identities = readIdentities(key)
  const opened = async (bytes: Uint8Array): Promise<string | undefined> => {
    const pieces: Uint8Array[] = []
    try {
      for await (const piece of decrypt(once(bytes), identities)) pieces.push(piece)
    } catch {
      return undefined
    }
    return utf8(Buffer.concat(pieces))
  }
  return async (text) => {
    const plain: string[] = []
    for (const block of rule.blocks === undefined ? [text] : text.split(rule.blocks)) {
      const bytes = bytesOf(block, rule.input)
      const part = bytes === undefined ? undefined : await opened(bytes)
      if (part === undefined) return undefined
      plain.push(part)
    }
    return plain.join('')
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** In Base64 a block may end in "=", and the next one begin at once. */
function blocksOf(text: string, separator: string | undefined): string[] {
  const parts = separator === undefined ? [text] : text.split(separator)
  return parts.flatMap((part) => part.replaceAll(/\s/g, '').split(/(?<==)(?=[^=])/)).filter((part) => part !== '')
}

function bytesOf(text: string, input: DecryptRule['input']): Uint8Array | undefined {
  if (input === 'armor') return bytesOf(text.replaceAll(/-----(?:BEGIN|END) AGE ENCRYPTED FILE-----/g, ''), 'base64')
  const plain = text.replaceAll(/\s/g, '')
  if (input === 'hex') return /^(?:[0-9a-f]{2})+$/i.test(plain) ? Buffer.from(plain, 'hex') : undefined
  // Node.js reads what is no Base64, too, leaving out what it does not know.
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : undefined
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What is no text was not decrypted rightly, as with another key whose padding happens to fit. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}
