import * as z from 'zod'
import { secretReference } from '../../../system/schema.ts'
import { type Credential, type CredentialTools, hide, openHeld, setHeader } from './credential.ts'

export const apiKeyConfig = z.strictObject({
  kind: z.literal('api-key').describe('A key in a header or in the address.'),
  name: z.string().min(1).describe('Name of the header or of the parameter.'),
  value: secretReference.describe('Where the key is kept.'),
  in: z.enum(['header', 'query']).default('header').describe('Whether it is sent as a header or as a parameter.'),
})

export function openApiKey(config: z.output<typeof apiKeyConfig>, tools: CredentialTools): Credential {
  const read = async (): Promise<string> => {
    const value = await tools.readSecret('source.auth.value', config.value)
    hide(tools.redactor, value)
    return value
  }
  return openHeld(read, (request, value) => {
    if (config.in === 'header') setHeader(request.headers, config.name, value)
    else request.url = withParameter(request.url, config.name, value)
  })
}

/** Sets a parameter, and leaves the others as they are written: a server may have signed them. */
function withParameter(url: string, name: string, value: string): string {
  const { before, pairs, fragment } = split(url)
  const own = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  return `${before}?${[...pairs.filter(isOther(name)), own].join('&')}${fragment}`
}

export function withoutParameter(url: string, name: string): string {
  const { before, pairs, fragment } = split(url)
  const others = pairs.filter(isOther(name))
  return others.length === pairs.length
    ? url
    : `${before}${others.length === 0 ? '' : `?${others.join('&')}`}${fragment}`
}

function split(url: string): { before: string; pairs: string[]; fragment: string } {
  const [, before = '', query = '', fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? []
  return { before, pairs: query === '' ? [] : query.split('&'), fragment }
}

function isOther(name: string): (pair: string) => boolean {
  return (pair) => !new URLSearchParams(pair).has(name)
}

/** Masks the values of a parameter wherever a text shows it, however short they are. */
export function maskParameter(text: string, name: string, mask: string): string {
  const names = [
    ...new Set([name, encodeURIComponent(name), new URLSearchParams([[name, '']]).toString().slice(0, -1)]),
  ]
  const written = names.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  // `;` ends the `&amp;` of HTML, and JSON may write `&` as \u0026.
  return text.replace(new RegExp(`((?:[?&;]|\\\\u0026)(?:${written})=)[^&#;\\s"'<>\\\\)]+`, 'gi'), `$1${mask}`)
}
