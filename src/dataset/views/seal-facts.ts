/** What a view wants to know of a seal. */
export interface SealFacts {
  sha256: string
  /** It holds all that there was, as far as is known. */
  isWhole: boolean
}

/**
 * Reads it from a `sealed` line of a ledger, without parsing all of it: a dataset has thousands of them. A quote inside of a JSON
 * text is escaped, so a name with quotes and a colon behind it can be nothing but a key.
 */
export function sealFacts(line: string): SealFacts | undefined {
  const sha256 = /"sha256":"([0-9a-f]+)"/.exec(line)?.[1]
  if (sha256 === undefined) return undefined
  return { sha256, isWhole: !line.includes('"holds":"part"') && !line.includes('"incomplete":[') }
}
