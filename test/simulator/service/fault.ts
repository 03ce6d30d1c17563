import type { Service } from './service.ts'

/** Where and when a fault strikes. Each rule counts the requests that it matches; all rules that are due strike together. */
export interface FaultRule {
  /** The beginning of path and query, or a pattern for them; everything unless told. */
  match?: string | RegExp
  /** A stream's name, as in `github.issues`, or an API's, as in `github`. */
  stream?: string
  method?: string
  /** The first matching request that it strikes, from 1. */
  from?: number
  /** How many it strikes in a row; `'always'` for all that follow. 1 unless told. */
  times?: number | 'always'
  fault: Fault
}

/** How a limit tells when to come back. */
export type LimitStyle =
  | 'retry-after'
  | 'retry-after-date'
  /** `x-ratelimit-reset` in seconds since 1970, in ms since 1970, in seconds from now. */
  | 'reset-epoch'
  | 'reset-epoch-ms'
  | 'reset-delta'
  /** `RateLimit: "default";r=0;t=30`, https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
  | 'rate-limit'
  /** `RateLimit-Limit`, `-Remaining`, `-Reset` of the draft's earlier versions. */
  | 'rate-limit-fields'
  | 'silent'

export type Fault = Instead | Broken | Aside

/** Another answer, in place of the real one. The request is not carried out, unless `handled`. */
export type Instead =
  | { kind: 'limited'; seconds: number; style?: LimitStyle; status?: 403 | 429 | 503 }
  /** GitHub's secondary limit: 403, with Retry-After when `seconds` are told. */
  | { kind: 'secondary-limit'; seconds?: number }
  | { kind: 'unavailable'; seconds?: number }
  /** 500 with a page of HTML. */
  | { kind: 'server-error'; handled?: boolean }
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; handled?: boolean }
  | { kind: 'unauthorized' }
  /** `self`, a path, or a whole address: another origin. */
  | { kind: 'redirect'; to: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Says all that was sent, the secrets too, as debugging services do. */
  | { kind: 'echo'; status?: number }

/** The real answer, badly sent. `share` is the part of the body that is sent, a half unless told. */
export type Broken =
  /** No answer at all; the request is carried out before it when `handled`. */
  | { kind: 'reset'; handled?: boolean }
  | { kind: 'reset-in-body'; share?: number }
  /** Ends before the Content-Length is reached. */
  | { kind: 'short-body'; share?: number }
  /** Ends without the last chunk. */
  | { kind: 'short-chunked'; share?: number }
  /** Well-formed HTTP; the JSON in it is cut off. */
  | { kind: 'cut-json'; share?: number }
  | { kind: 'slow'; pieces: number; pauseMs: number }
  /** Sends `share` of the body, 0 unless told, and then nothing more; headers come only with a body. */
  | { kind: 'hang'; share?: number }

/** Something beside the real answer, or before it. */
export type Aside =
  /** The list of items is null, not there, or empty; what else the answer says stays true. */
  | { kind: 'null-page' | 'absent-page' | 'empty-page' }
  /** The token, or the address, of the next page is that of this page. */
  | { kind: 'repeated-token' }
  | { kind: 'headers'; headers: Record<string, string> }
  /** The Date header alone is off. */
  | { kind: 'date'; offSeconds: number }
  /** All access tokens given out so far have expired. */
  | { kind: 'expire-tokens' }
  /** Acts on the account before the answer: between two pages, for all but the first. */
  | { kind: 'run'; run(service: Service): void | Promise<void> }
  /** As `run`, for a plan that is JSON: adds, edits and removes so many items, some of everywhere. */
  | { kind: 'change'; add?: number; edit?: number; remove?: number }
