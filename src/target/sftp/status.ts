/** Answers of an SFTP server that say no (draft-ietf-secsh-filexfer-02, section 7; 11, 14 and 15 from version 5 and 6). */
export const statusCode = {
  missing: 2,
  notPermitted: 3,
  /** Anything else: version 3 of the protocol has no code for it. */
  failure: 4,
  unsupported: 8,
  exists: 11,
  noSpace: 14,
  quota: 15,
} as const

/** A request that the server has refused. The driver makes a message of it that says what was being done. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: number

  constructor(status: number, words: string) {
    super(words)
    this.status = status
  }
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof StatusError && statuses.includes(error.status)
}
