import type { DrainConfig } from './drain-config.ts'
import { type ItemPath, parsePath } from '../../system/item-path.ts'
import { type StreamConfig, aliasesOf, ancestorsOf, firstOf, parentNames, textsOf } from './stream.ts'

/** Says what is wrong at a place of `[source]`. */
export type Report = (path: (string | number)[], message: string, hint?: string) => void

/** Checks what streams say of each other. @returns whether all is well */
export function checkStreams(
  streams: readonly StreamConfig[],
  drain: DrainConfig | undefined,
  report: Report,
): boolean {
  let isWell = true
  const complain: Report = (path, message, hint) => {
    isWell = false
    report(path, message, hint)
  }
  const names = streams.map(({ name }) => name)
  for (const [index, stream] of streams.entries()) {
    const at = ['streams', index]
    if (names.indexOf(stream.name) !== index) complain([...at, 'name'], `there are two streams "${stream.name}"`)
    checkEach(stream, streams, at, complain)
    checkNames(stream, streams, at, complain)
    checkKeys(stream, at, complain)
    if (/^https?:/i.test(stream.path.text)) {
      complain(
        [...at, 'path'],
        'is a whole address',
        'Write what comes after `base`; another server is another dataset.',
      )
    }
  }
  if (drain !== undefined) checkDrain(drain, streams, complain)
  return isWell
}

function checkEach(
  { each, name }: StreamConfig,
  streams: readonly StreamConfig[],
  at: (string | number)[],
  complain: Report,
): void {
  if (each === undefined) return
  const parent = streams.find((other) => other.name === each.stream)
  const path = [...at, 'each', each.alias]
  if (parent === undefined) {
    const names = streams.map((other) => other.name).filter((other) => other !== name)
    complain(path, `there is no stream "${each.stream}"`, `There are: ${names.join(', ')}.`)
  } else if (ancestorsOf(parent, streams).includes(parent) || parent.name === name) {
    complain(path, `the streams ${name} and ${parent.name} wait for each other`)
  } else if (parent.format === 'any') {
    complain(path, `the answers of ${parent.name} are not looked into (format = "any"), so they name no records`)
  }
}

function checkNames(
  stream: StreamConfig,
  streams: readonly StreamConfig[],
  at: (string | number)[],
  complain: Report,
): void {
  const aliases = aliasesOf(stream, streams)
  for (const { text, names } of textsOf(stream)) {
    for (const name of names) {
      if (aliases.includes(firstOf(name)) && name.includes('.')) continue
      if (name === 'cursor' && stream.cursor !== undefined) continue
      const known = [
        ...aliases.map((alias) => `{${alias}.FIELD}`),
        ...(stream.cursor === undefined ? [] : ['{cursor}']),
      ]
      complain(
        [...at, text === stream.path.text ? 'path' : 'params'],
        `{${name}} in "${text}" stands for nothing`,
        known.length === 0
          ? 'Only a stream with `each` or `cursor` has something to put in; write {{ and }} for braces.'
          : `It may be: ${known.join(', ')}.`,
      )
    }
  }
}

/** Keys that need another one to mean something. */
function checkKeys(stream: StreamConfig, at: (string | number)[], complain: Report): void {
  const needsKey = [
    ['stop', stream.stop !== undefined],
    ['page', stream.page.kind === 'last-item'],
  ] as const
  for (const [key, isSet] of needsKey) {
    if (isSet && stream.key === undefined) complain([...at, key], `needs to know the \`key\` of ${stream.name}`)
  }
  const { cursor } = stream
  if (
    cursor !== undefined &&
    cursor.param === undefined &&
    !textsOf(stream).some(({ names }) => names.includes('cursor'))
  )
    complain([...at, 'cursor'], 'is sent nowhere', 'Set `cursor.param`, or write {cursor} in a parameter or the path.')
  for (const key of ['full_every', 'retention'] as const) {
    if (stream[key] !== undefined && cursor === undefined && stream.stop === undefined)
      complain([...at, key], 'has no use without `cursor` or `stop`: every export is a full one')
  }
  if (
    stream.format === 'any' &&
    (stream.items !== undefined || stream.cursor !== undefined || stream.stop !== undefined)
  )
    complain([...at, 'format'], '"any" does not look into the answers, so `items`, `cursor` and `stop` have no use')
}

function checkDrain(drain: DrainConfig, streams: readonly StreamConfig[], complain: Report): void {
  const stream = streams.find(({ name }) => name === drain.stream)
  if (stream === undefined) {
    const names = streams.map(({ name }) => name)
    complain(['drain', 'stream'], `there is no stream "${drain.stream}"`, `There are: ${names.join(', ')}.`)
  } else if (stream.format === 'any') {
    complain(['drain', 'stream'], `the answers of ${stream.name} are not looked into (format = "any")`)
  } else if (stream.key === undefined) {
    complain(['drain', 'stream'], `the stream ${stream.name} has no \`key\`, so its records cannot be told apart`)
  } else checkRequest(drain, stream, stream.key, { streams, complain })
}

/** The same for all paths to a field, however they are written. */
function fieldOf({ steps }: ItemPath): string {
  return JSON.stringify(steps)
}

/** A request without all that names a record would delete others with it. */
function checkRequest(
  { request }: DrainConfig,
  stream: StreamConfig,
  key: NonNullable<StreamConfig['key']>,
  { streams, complain }: { streams: readonly StreamConfig[]; complain: Report },
): void {
  const at = ['drain', 'request']
  const { names } = request.path
  const aliases = aliasesOf(stream, streams)
  // A field of the same name as a parent is hidden by it.
  const own = names.filter((name) => !aliases.includes(firstOf(name))).map((name) => fieldOf(parsePath(name)))
  const unnamed = key.filter((path) => !own.includes(fieldOf(path)))
  const hidden = unnamed.find(({ steps: [first] }) => typeof first === 'string' && aliases.includes(first))
  if (hidden !== undefined) {
    complain(at, `cannot have the key ${hidden.text} of ${stream.name}: {${hidden.text}} is a field of its parent`)
    return
  }
  const groups = parentNames(textsOf(stream), stream, streams).filter((name) => !names.includes(name))
  const missing = [...groups, ...unnamed.map(({ text }) => text)].map((name) => `{${name}}`)
  if (missing.length === 0) return
  const without = missing.length === 1 ? 'it' : 'them'
  complain(
    at,
    `lacks ${missing.join(', ')}: without ${without}, one request may stand for several records of ${stream.name}`,
    groups.length > 0 && unnamed.length === 0
      ? `Put ${without} into the path, or, if the server needs no more than the key, into a parameter that it ignores.`
      : `Put ${without} into the path: all of the key, and what tells the record's group from others.`,
  )
}
