import * as z from 'zod'
import { secretReference } from '../system/schema.ts'

/** `[targets.NAME]` with `kind = "sftp"`. */
export const sftpTargetConfig = z.strictObject({
  kind: z.literal('sftp').describe('A folder of another machine, over SSH.'),
  host: z.string().min(1).describe('Name or address of the machine.'),
  port: z.int().min(1).max(65_535).default(22).describe('Port of its SSH server.'),
  user: z.string().min(1).optional().describe('User there; default: the name of the user that unsilo runs as.'),
  path: z
    .string()
    .min(1)
    .describe(
      'The folder there to copy parcels into; created when missing, but never the folder around it. ' +
        'A relative path starts at the folder that one is in after logging in.',
    ),
  key: z
    .string()
    .min(1)
    .optional()
    .describe('File of the private key; default: the agent, then `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`.'),
  passphrase: secretReference.optional().describe('The passphrase of that key.'),
  agent: z
    .union([z.boolean(), z.string().min(1)])
    .default(true)
    .describe('Whether keys of the SSH agent are tried, where SSH_AUTH_SOCK names one; or the path of its socket.'),
  password: secretReference.optional().describe('The password of the user there.'),
  known_hosts: z
    .string()
    .min(1)
    .optional()
    .describe('File with the host keys to trust; default: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`.'),
  connections: z.int().min(1).max(16).default(4).describe('How many connections are open at a time, at most.'),
})

export type SftpTargetConfig = z.output<typeof sftpTargetConfig>
