import { expectUnsiloError } from '../../../errors.ts'
import type { StreamConfig } from '../stream.ts'
import type { Asked } from './ask.ts'
import { compare } from './compare/compare.ts'
import type { Comparison } from './compare/comparison.ts'
import { contentOf } from './content.ts'
import { type Look, look } from './look.ts'
import type { Found, ProbedStream } from './probed-stream.ts'
import { rateSeen } from './rate.ts'
import { type Suggestion, suggestionsFor } from './suggest.ts'
import { whyMore } from './why-more.ts'
import { type Written, streamToml } from './toml.ts'

/** Says what an answer shows of its stream. @param written The stream's table in config.toml. */
export function probedAnswer(stream: StreamConfig, written: Written, asked: Asked, now: Date): ProbedStream {
  const { content, value } = asked.isCut ? { content: 'text' as const, value: undefined } : contentOf(asked.bytes)
  const contentType = asked.headers['content-type']
  const base: ProbedStream = {
    ...unasked(stream),
    result: 'ok',
    answer: {
      status: asked.status,
      ...(contentType === undefined ? {} : { contentType }),
      content,
      bytes: asked.bytes.byteLength,
      durationMs: Math.round(asked.ms),
    },
  }
  if (asked.outcome !== 'ok') {
    const because = `a rule of \`on\` makes "${asked.outcome}" of status ${asked.status}`
    return { ...base, result: 'skipped', because }
  }
  const page = { headers: asked.headers, body: value }
  const seen = look(page, stream.items)
  const limits = rateSeen(asked.headers, now)
  const shown = { ...base, found: { ...foundIn(seen), ...(limits === undefined ? {} : { limits }) } }
  if (stream.format === 'any') {
    const comparison: Comparison[] = [
      { key: 'format', status: 'fits', message: 'format = "any": the answers are not looked into' },
    ]
    return { ...shown, comparison, toml: streamToml(written, []) }
  }
  if (content !== 'json') return { ...shown, comparison: [notJson(asked, content)] }
  const comparison = compare(stream, page, seen, asked.url)
  const suggestions = suggestionsFor(stream, seen, comparison)
  return { ...shown, comparison, guesses: guessesOf(stream, seen, suggestions), toml: streamToml(written, suggestions) }
}

export function failedStream(stream: StreamConfig, error: unknown): ProbedStream {
  const { code, message, hint } = expectUnsiloError(error)
  return {
    ...unasked(stream),
    result: 'failed',
    because: message,
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
  }
}

export function unaskedStream(stream: StreamConfig, because: string): ProbedStream {
  return { ...unasked(stream), because }
}

function unasked({ name, method, path }: StreamConfig): ProbedStream {
  return { stream: name, result: 'not-asked', request: { method, path: path.text }, guesses: [], comparison: [] }
}

function foundIn(seen: Look): Found {
  return {
    lists: seen.lists,
    ...(seen.at?.path === undefined ? {} : { items: seen.at.path }),
    records: seen.records.length,
    fields: seen.fields.map(({ path, kind, count }) => ({ path, kind, count })),
    keys: seen.keys,
    cursors: seen.cursors,
    pages: seen.signs,
    more: seen.more,
    extent: seen.extent,
  }
}

function notJson({ isCut }: Asked, content: string): Comparison {
  const what = isCut
    ? 'the answer is too long to look into'
    : content === 'html'
      ? 'the answer is a page for people: the address is not that of the API, or it asks for a login'
      : content === 'empty'
        ? 'the answer is empty'
        : `the answer is ${content === 'xml' ? 'XML' : content}, and not JSON`
  return {
    key: 'format',
    status: isCut ? 'unseen' : 'differs',
    message: `${what}; \`format = "any"\` keeps any answer as it is`,
  }
}

/** A list that is shorter is hardly cut off. */
const shortList = 10

function guessesOf(stream: StreamConfig, seen: Look, suggestions: readonly Suggestion[]): ProbedStream['guesses'] {
  const guesses = suggestions
    .filter(({ certainty }) => certainty === 'guess')
    .map(({ key, because }) => ({ key: key as string, because }))
  if (stream.key === undefined && seen.keys.length === 0 && seen.records.length > 0) {
    const rounded =
      seen.rounded.length === 0 ? '' : `; ${seen.rounded.join(', ')} are numbers that JSON cannot hold exactly`
    guesses.push({ key: 'key', because: `no field, and no two, are in all records and different in each${rounded}` })
  }
  if (stream.page.kind === 'none' && seen.signs.length === 0 && seen.records.length >= shortList) {
    const more = whyMore(seen)
    const because =
      more === undefined
        ? 'nothing in the answer says whether there is a next page, or how to ask for it'
        : `${more}; how the next page is asked for is not in the answer`
    guesses.push({ key: 'page', because })
  }
  return guesses
}
