import * as z from 'zod'
import { hostName, oneLine, secretReference } from '../system/schema.ts'

const keys = {
  host: hostName('ftp.example.org').describe('The name or address of the server.'),
  port: z.int().min(1).max(65_535).optional().describe('Its port. Default: 21, or 990 with `implicit`.'),
  user: oneLine.default('anonymous').describe('The account to log in with.'),
  password: secretReference.optional().describe('Where its password is kept.'),
  path: oneLine
    .optional()
    .describe(
      'The folder there to copy parcels into; created when missing. A relative path starts at the folder that the login leads to, ' +
        'which is also the default.',
    ),
  connections: z
    .int()
    .min(1)
    .max(32)
    .default(4)
    .describe('How many connections are open at a time, at most; fewer when the server allows fewer.'),
}

/** `[targets.NAME]` with `kind = "ftp"`. */
export const ftpTargetConfig = z.strictObject({
  kind: z.literal('ftp').describe('An FTP server. Password and files are sent readable for all on the way.'),
  ...keys,
})

/** `[targets.NAME]` with `kind = "ftps"`. */
export const ftpsTargetConfig = z.strictObject({
  kind: z.literal('ftps').describe('An FTP server with TLS, for the password and for the files.'),
  ...keys,
  implicit: z
    .boolean()
    .default(false)
    .describe('True when the server speaks TLS from the first byte on, instead of after `AUTH TLS`.'),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A PEM file with the certificate to trust, instead of those that the machine trusts: for a server that signed its own. ' +
        'A relative path starts at the root, `~` is your home.',
    ),
})

export type FtpTargetConfig = z.output<typeof ftpTargetConfig>
export type FtpsTargetConfig = z.output<typeof ftpsTargetConfig>
