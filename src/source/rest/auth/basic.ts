import * as z from 'zod'
import { UnsiloError } from '../../../errors.ts'
import { secretReference } from '../../../system/schema.ts'
import { type Credential, type CredentialTools, hide, openHeld, setHeader } from './credential.ts'

export const basicConfig = z.strictObject({
  kind: z.literal('basic').describe('User and password with every request.'),
  user: z.union([z.string().min(1), secretReference]).describe('The user, or where it is kept.'),
  password: secretReference.describe('Where the password is kept.'),
})

/** Basic authentication, in UTF-8 (RFC 7617). */
export function openBasic(config: z.output<typeof basicConfig>, tools: CredentialTools): Credential {
  const read = async (): Promise<string> => {
    const { user: given } = config
    const user = typeof given === 'string' ? given : await tools.readSecret('source.auth.user', given)
    if (user.includes(':')) {
      throw new UnsiloError('config', 'source.auth.user: a user cannot hold a colon', { hint: 'Check the user.' })
    }
    const password = await tools.readSecret('source.auth.password', config.password)
    const pair = Buffer.from(`${user}:${password}`).toString('base64')
    hide(tools.redactor, password, pair)
    return pair
  }
  return openHeld(read, ({ headers }, pair) => setHeader(headers, 'Authorization', `Basic ${pair}`))
}
