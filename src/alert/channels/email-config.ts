import * as z from 'zod'
import { hostName, oneLine, secretReference } from '../../system/schema.ts'
import { isLoopback } from '../address.ts'
import { channelKeys, checkDigest, insecure } from './channel-keys.ts'

/** An address alone, or behind a name: `Backups <backup@example.org>`. */
const mailbox = z.string().regex(
  // oxlint-disable-next-line no-control-regex
  /^(?:[^<>@,;\u0000-\u001f\u007f]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/,
  'expected one address, as in "me@example.org" or "Backups <backup@example.org>"',
)

/** `[alerts.NAME]` with `kind = "email"`. */
export const emailConfig = z
  .strictObject({
    kind: z.literal('email').describe('Mail, by a server that speaks SMTP.'),
    host: hostName('mail.example.org').describe('The name or address of the server.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Its port. Default: 587; 465 with `tls = "tls"`, 25 with `tls = "none"`.'),
    tls: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe(
        'How the connection is protected: `starttls`: after a greeting; `tls`: from the first byte on; `none`: not at all, for a server ' +
          'on this machine.',
      ),
    tls_ca: oneLine
      .optional()
      .describe(
        'A PEM file with the certificate to trust, instead of those that the machine trusts. A relative path starts at the root, `~` is ' +
          'your home.',
      ),
    user: oneLine.optional().describe('The account to log in with. Default: no login.'),
    password: secretReference.optional().describe('Where its password is kept.'),
    from: mailbox.describe('The sender.'),
    to: z
      .union([mailbox, z.array(mailbox).min(1)])
      .transform((to) => (typeof to === 'string' ? [to] : to))
      .describe('Who gets it: an address, or a list of them.'),
    insecure: insecure.describe(
      'Allow `tls = "none"` to another machine: others on the way can read messages and password.',
    ),
    ...channelKeys,
  })
  .check(
    z.superRefine((values, context) => {
      checkDigest(values, context)
      checkLogin(values, context)
    }),
  )
export type EmailConfig = z.output<typeof emailConfig>

interface LoginKeys {
  host: string
  tls: string
  tls_ca?: string | undefined
  user?: string | undefined
  password?: unknown
  insecure: boolean
}

function checkLogin(
  { host, tls, tls_ca, user, password, insecure: isAllowed }: LoginKeys,
  context: z.RefinementCtx,
): void {
  const wrong = (key: string, message: string, hint: string): void =>
    context.addIssue({ code: 'custom', path: [key], message, params: { hint } })
  if (tls === 'none' && !isAllowed && !isLoopback(host)) {
    const hint = 'Leave `tls` out, or, in a network that you trust, add `insecure = true`.'
    wrong('tls', `without TLS, anybody on the way to ${host} could read what is sent`, hint)
  }
  if (tls === 'none' && tls_ca !== undefined)
    wrong('tls_ca', 'means nothing with `tls = "none"`', 'Leave one of them out.')
  if (user !== undefined && password === undefined)
    wrong('user', 'has no `password`', 'Write where it is kept: password = { file = "~/.secrets/mail" }.')
  if (user === undefined && password !== undefined) wrong('password', 'has no `user`', 'Add `user`.')
}
