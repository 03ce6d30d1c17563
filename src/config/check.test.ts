import { expect, it } from 'vitest'
import * as z from 'zod'
import { durationText, sizeValue } from '../system/schema.ts'
import { checkValues, placeProblems } from './check.ts'
import { sayProblem } from './problem.ts'

async function problemsOf(schema: z.ZodType, values: unknown): Promise<string[]> {
  const result = checkValues(schema, values)
  const problems = 'problems' in result ? result.problems : []
  return (await placeProblems(problems, { shownPath: 'f', text: '' })).map(sayProblem)
}

const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rest'), base: z.string() }),
  z.strictObject({ kind: z.literal('folder'), path: z.string() }),
])

it('gives the parsed value when nothing is wrong', () => {
  expect(checkValues(z.strictObject({ least: sizeValue, age: durationText }), { least: '10 kB', age: '1m' })).toEqual({
    value: { least: 10_000, age: 60_000 },
  })
})

it('checks sizes', async () => {
  expect(await problemsOf(z.strictObject({ least: sizeValue }), { least: '10 XB' })).toEqual([
    'f: least: "10 XB" is not a size. Write it like "10 MB", "1.5 GiB" or 300.',
  ])
  expect(await problemsOf(z.strictObject({ least: sizeValue }), { least: true })).toEqual([
    'f: least: expects a number or text, not true. Put it in quotes: "true".',
  ])
  expect(await problemsOf(z.strictObject({ least: sizeValue }), { least: -1 })).toEqual([
    'f: least: must be at least 0',
  ])
})

it('knows the kinds of a union that one key tells apart', async () => {
  const schema = z.strictObject({ source })
  expect(await problemsOf(schema, { source: { kind: 'rset' } })).toEqual([
    'f: source.kind: "rset" is not one of "rest", "folder". Did you mean "rest"?',
  ])
  expect(await problemsOf(schema, { source: {} })).toEqual(['f: source.kind: is missing. One of "rest", "folder".'])
  expect(await problemsOf(schema, { source: { kind: 'rest', base: 'x', pth: 'y' } })).toEqual([
    'f: source: unknown key "pth". Known here: kind, base.',
  ])
})

it('says what is wrong in the option of a union that the value was meant for', async () => {
  const keep = z.union([z.int().min(1), z.strictObject({ last: z.int().min(0).optional(), daily: z.int().optional() })])
  const schema = z.strictObject({ keep: keep.optional() })
  expect(await problemsOf(schema, { keep: 0 })).toEqual(['f: keep: must be at least 1'])
  expect(await problemsOf(schema, { keep: { lst: 3, daily: 'x' } })).toEqual([
    'f: keep.daily: expects a number, not text',
    'f: keep: unknown key "lst": did you mean "last"?',
  ])
  expect(await problemsOf(schema, { keep: 'all' })).toEqual(['f: keep: expects a number or a table, not text'])
})

it('does not call missing what is misspelt', async () => {
  const either = z.strictObject({ source: z.union([z.string(), source]) })
  for (const schema of [z.strictObject({ source }), either]) {
    expect(await problemsOf(schema, { source: { kind: 'rest', bsae: 'x' } })).toEqual([
      'f: source: unknown key "bsae": did you mean "base"?',
    ])
    expect(await problemsOf(schema, { source: { kind: 'rest', frob: 'x' } })).toEqual([
      'f: source.base: is missing',
      'f: source: unknown key "frob". Known here: kind, base.',
    ])
  }
})

it('finds tables in lists', async () => {
  const schema = z.strictObject({ streams: z.array(z.strictObject({ path: z.string() })).default([]) })
  expect(await problemsOf(schema, { streams: [{ path: 'a' }, { paht: 'b' }] })).toEqual([
    'f: streams[1]: unknown key "paht": did you mean "path"?',
  ])
})

it('lets a bug in a schema through', () => {
  const broken = z.string().transform((text) => {
    throw new TypeError(text)
  })
  expect(() => checkValues(broken, 'x')).toThrow(TypeError)
})
