import * as z from 'zod'
import { UnsiloError } from '../../errors.ts'
import { pathFrom } from '../../system/path-from.ts'

export const tlsModes = ['off', 'require', 'verify'] as const

export type TlsMode = (typeof tlsModes)[number]

/** How the connection to a server is protected. */
export interface Tls {
  mode: TlsMode
  /** Absolute path of the certificates to trust; `undefined`: those that the programs trust themselves. */
  ca: string | undefined
}

/** `tls` and `tls_ca`, which every database server has. */
export const tlsKeys = {
  tls: z
    .enum(tlsModes)
    .optional()
    .describe(
      'Whether the connection is encrypted: "off"; "require", with any server; "verify", with none but the one whose certificate ' +
        'is good for `host`. Default: what the dump program does.',
    ),
  tls_ca: z
    .string()
    .min(1)
    .optional()
    .describe(
      'With `tls = "verify"`: file of the certificates to trust, as of your own authority; default: what the dump program trusts.',
    ),
}

interface TlsKeys {
  tls?: TlsMode | undefined
  tls_ca?: string | undefined
}

export const uselessCa = {
  message: 'has no use without `tls = "verify"`',
  hint: 'Set it too: without it, nothing is checked.',
}

/** A schema's check of both together. */
export function checkTls({ tls, tls_ca: ca }: TlsKeys, context: z.RefinementCtx): void {
  if (ca === undefined || tls === 'verify') return
  const { message, hint } = uselessCa
  context.addIssue({ code: 'custom', path: ['tls_ca'], message, params: { hint } })
}

/** @param folder Where a relative path starts. */
export function tlsOf({ tls: mode, tls_ca: ca }: TlsKeys, folder: string): Tls | undefined {
  return mode === undefined ? undefined : { mode, ca: ca === undefined ? undefined : pathFrom(folder, ca) }
}

/** A server that is not the one that is meant, or that has no TLS: another try does not help. */
export function tlsError(said: string): UnsiloError {
  return new UnsiloError('network', `no protected connection: ${said}`, {
    hint: 'Look at `tls` and `tls_ca`; the certificate of the server has to be good for the name in `host`.',
  })
}
