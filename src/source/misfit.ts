/** A key of a dataset that means nothing beside the others, or asks for what cannot be. */
export interface Misfit {
  /** Where the key stands. */
  path: string[]
  message: string
  hint: string
}

/** What a kind of source looks at around itself. As written: any value may be of another type than it should be. */
export interface KeysAround {
  compress?: unknown
  publish?: unknown
}

export function isCompressed({ compress }: KeysAround): boolean {
  return compress !== undefined && compress !== 'none'
}
