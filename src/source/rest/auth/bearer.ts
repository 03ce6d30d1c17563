import * as z from 'zod'
import { secretReference } from '../../../system/schema.ts'
import { type Credential, type CredentialTools, hide, openHeld, setHeader } from './credential.ts'

export const bearerConfig = z.strictObject({
  kind: z.literal('bearer').describe('A token in the header Authorization.'),
  token: secretReference.describe('Where the token is kept.'),
  scheme: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/)
    .default('Bearer')
    .describe('The word before the token; some servers want "token".'),
})

export function openBearer(config: z.output<typeof bearerConfig>, tools: CredentialTools): Credential {
  const read = async (): Promise<string> => {
    const token = await tools.readSecret('source.auth.token', config.token)
    hide(tools.redactor, token)
    return token
  }
  return openHeld(read, ({ headers }, token) => setHeader(headers, 'Authorization', `${config.scheme} ${token}`))
}
