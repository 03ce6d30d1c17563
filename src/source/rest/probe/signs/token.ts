import type { SeenPage } from '../seen-page.ts'
import type { PageSign } from './sign.ts'

/**
 * Names of tokens, plain (`next_cursor` is `nextcursor`), with what servers that name them so call the parameter: Todoist,
 * Notion and Slack `cursor`, Reddit `after`, Google `pageToken`, GraphQL connections `after`. Empty: the token's own name.
 */
const customs: Readonly<Record<string, string>> = {
  nextcursor: 'cursor',
  cursor: 'cursor',
  after: '',
  nextpagetoken: 'page_token',
  pagetoken: '',
  nexttoken: '',
  continuation: '',
  continuationtoken: '',
  continue: '',
  scrollid: 'scroll_id',
  endcursor: 'after',
  nextmarker: 'marker',
  marker: '',
  bookmark: '',
}

/** Names without a custom. */
const otherTokens =
  /^(?:next(?:id|key|offset|position|page(?:cursor|id|key)|from|start|batch|since|value)?|token|position|searchafter)$/

export function tokenSigns(page: SeenPage): PageSign[] {
  return page.around.flatMap(({ path, name, plainName, value }): PageSign[] => {
    const custom = customs[plainName]
    if (custom === undefined && !otherTokens.test(plainName)) return []
    const isEnd = value === null || value === '' || value === false || value === 0
    const isToken = (typeof value === 'string' && !/^https?:\/\/|^[/?]/i.test(value)) || typeof value === 'number'
    // `next` alone is an address elsewhere: with null it says nothing of a token.
    if (isEnd ? custom === undefined : !isToken) return []
    const seen = isEnd ? undefined : paramIn(page, String(value))
    const byCustom = custom === '' ? name : custom === 'page_token' && /[a-z]P/.test(name) ? 'pageToken' : custom
    const param = seen ?? byCustom
    return [
      {
        kind: 'token',
        at: path,
        ...(param === undefined ? {} : { param }),
        isParamSeen: seen !== undefined,
        goesOn: !isEnd,
        because: isEnd ? `${path} is empty, which ends a list` : `${path} holds a token`,
      },
    ]
  })
}

const headerToken = /^x-(?:[a-z-]*next[a-z-]*|[a-z-]*continuation[a-z-]*|[a-z-]*cursor[a-z-]*)$/

/** A header with a token, or a number, for the next page: `X-Next-Page` (GitLab), `x-ms-continuation`. */
export function headerTokenSigns(page: SeenPage): PageSign[] {
  return Object.entries(page.headers).flatMap(([header, value]): PageSign[] => {
    if (!headerToken.test(header) || /^https?:/i.test(value)) return []
    const goesOn = value.trim() !== ''
    const custom = header.endsWith('page') ? 'page' : /(cursor|continuation)/.exec(header)?.[1]
    const seen = goesOn ? paramIn(page, value.trim()) : undefined
    const param = seen ?? custom
    return [
      {
        kind: 'header-token',
        header,
        ...(param === undefined ? {} : { param }),
        isParamSeen: seen !== undefined,
        goesOn,
        because: goesOn ? `the header ${header} holds a token` : `the header ${header} is empty, which ends a list`,
      },
    ]
  })
}

/** The parameter that an address in the answer gives the token in. */
function paramIn({ around, headers }: SeenPage, token: string): string | undefined {
  const inBody = around.flatMap(({ value }) => (typeof value === 'string' && value.includes('?') ? [value] : []))
  const inLinks = [...(headers['link'] ?? '').matchAll(/<([^>]*)>/g)].map((match) => match[1]!)
  for (const address of [...inBody, ...inLinks]) {
    const query = new URLSearchParams(address.slice(address.indexOf('?') + 1))
    for (const [name, value] of query) if (value === token) return name
  }
  return undefined
}
