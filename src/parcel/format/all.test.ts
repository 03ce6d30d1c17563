import { expect, it } from 'vitest'
import { formatForExtension, knownExtensions } from './all.ts'

it('gives each extension the format that names it, and no other', async () => {
  const formats = await Promise.all(
    knownExtensions.map(async (extension) => [extension, await formatForExtension(extension)] as const),
  )
  for (const [extension, format] of formats) expect(format?.extensions).toContain(extension)
  const named = [...new Set(formats.map(([, format]) => format))].flatMap((format) => format?.extensions ?? [])
  expect(named.sort()).toEqual([...knownExtensions].sort())
})

it('makes every format check either a stream or a file', async () => {
  for (const extension of knownExtensions) {
    const format = await formatForExtension(extension)
    expect([format?.startCheck, format?.checkFile].filter((method) => method !== undefined)).toHaveLength(1)
  }
})

it('takes no notice of upper case, and knows nothing of other extensions', async () => {
  expect((await formatForExtension('JSON'))?.name).toBe('JSON')
  expect(await formatForExtension('tar')).toBeUndefined()
  expect(await formatForExtension('')).toBeUndefined()
})
