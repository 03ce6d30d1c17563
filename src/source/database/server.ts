import * as z from 'zod'
import type { CodecName } from '../../codec/codec.ts'
import { type SecretReference, secretReference } from '../../system/schema.ts'
import type { ProgramLimits } from '../program-end.ts'
import { tlsKeys } from './tls.ts'

/** Keys that say where a database server is. @param ownFile Where the system's programs look for a password themselves. */
export function serverKeys(ownFile: string) {
  return {
    host: z
      .string()
      .min(1)
      .optional()
      .describe('Name or address of the server, or the path of its socket; default: what the dump program takes.'),
    port: z.int().min(1).max(65_535).optional().describe('Port of the server; default: what the dump program takes.'),
    user: z.string().min(1).optional().describe('User to connect as; default: what the dump program takes.'),
    password: secretReference
      .optional()
      .describe(`Where the password is kept; default: what the dump program finds itself, as in ${ownFile}.`),
    ...tlsKeys,
  }
}

/** Which of several installed versions is used. */
export const programsKey = z
  .string()
  .min(1)
  .optional()
  .describe('Folder of the dump program and those that belong to it; default: those on the search path.')

/** What a database source needs of the dataset. */
export interface DatabaseOptions extends ProgramLimits {
  /** Relative paths start here. */
  folder: string
  /** What happens to the bytes that go to the sink. */
  compress: CodecName
  readSecret(name: string, reference: SecretReference): Promise<string>
}
