import * as z from 'zod'
import type { CodecName } from '../../codec/codec.ts'
import type { SecretReference } from '../../system/schema.ts'
import type { ProgramLimits } from '../program-end.ts'

/** Keys that say where a database server is. */
export function serverKeys(system: string) {
  return {
    host: z
      .string()
      .min(1)
      .optional()
      .describe(`Name or address of the server, or the path of its socket; default: as ${system}'s programs do.`),
    port: z.int().min(1).max(65_535).optional().describe('Port of the server; default: the usual one.'),
    user: z.string().min(1).optional().describe("Name to connect with; default: as the system's programs do."),
    programs: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder of the dump program and those that belong to it, where the version on the search path is not right.',
      ),
  }
}

/** What a database source needs of the dataset. */
export interface DatabaseOptions extends ProgramLimits {
  /** Relative paths start here. */
  folder: string
  /** What happens to the bytes that go to the sink. */
  compress: CodecName
  readSecret(name: string, reference: SecretReference): Promise<string>
}
