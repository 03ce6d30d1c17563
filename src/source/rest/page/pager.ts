import { UnsiloError } from '../../../errors.ts'

/** What a page asks for beyond its stream's own path and params. */
export interface PageRequest {
  /** Numbers stay numbers where parameters are sent as JSON. */
  params?: Record<string, string | number>
  headers?: Record<string, string>
  /** A whole address that the server gave; may be relative. */
  url?: string
}

/** A page that was got. */
export interface PageSeen {
  /** What it was asked for at. */
  url: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: unknown
  items: readonly unknown[]
  found: 'items' | 'null' | 'missing'
}

/** `complete`: nothing that the server would still give is left out; `isMeant`: the configuration wants it so. */
type PageStep = { next: PageRequest } | { end: string; complete: boolean; isMeant?: true }

/** Goes through the pages of one stream, or of one parent of a child stream. */
export interface Pager {
  readonly first: PageRequest
  /** @throws UnsiloError `wrong-content` when the pages cannot be gone through without a gap, or without end */
  after(page: PageSeen): PageStep
}

/** What one kind of pagination makes of a page. What holds for all kinds is `openPager`'s. */
export interface PageKind {
  readonly first: PageRequest
  /** `mark` is what tells this request from all others of the stream. */
  after(page: PageSeen): { next: PageRequest; mark: string } | { end: string }
}

/** A value that says "no more": missing, null, false, 0 or "". */
export function isNoMore(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === 0 || value === ''
}

export function wrongPage(message: string, hint: string): UnsiloError {
  return new UnsiloError('wrong-content', message, { hint })
}

/** A request for the page at an address that the server gave. */
export function followAddress(address: string, page: PageSeen): { next: PageRequest; mark: string } {
  const base = URL.canParse(page.url) ? page.url : undefined
  if (base !== undefined && !URL.canParse(address, base)) {
    throw wrongPage('what the server gives as the next address is none', 'Look at `page` in config.toml.')
  }
  const mark = URL.canParse(address, base) ? withoutFragment(new URL(address, base)) : address
  if (base !== undefined && mark === withoutFragment(new URL(base))) throw inCircles()
  return { next: { url: address }, mark }
}

function withoutFragment(url: URL): string {
  url.hash = ''
  return url.href
}

export function inCircles(): UnsiloError {
  return wrongPage(
    'the server leads back to a page that was there before: its pages have no end',
    'Try again later; if it stays so, look at `page` in config.toml: does the server know the params that it sends?',
  )
}
