import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { cursorConfig, highWaterConfig } from './cursor.ts'

describe('cursorConfig', () => {
  it('fills in what is usual', () => {
    const { field, ...rest } = cursorConfig.parse({ field: 'updated_at', param: 'since' })
    expect(field.text).toBe('updated_at')
    expect(rest).toEqual({ param: 'since', overlap: 0, as: 'time' })
  })

  it('reads the overlap as a duration, and a start of any kind', () => {
    expect(cursorConfig.parse({ field: 'a', start: '2015-01-01', overlap: '10m' })).toMatchObject({ overlap: 600_000 })
    expect(cursorConfig.parse({ field: 'a', start: 0, as: 'number' }).start).toBe('0')
    expect(cursorConfig.parse({ field: 'a', start: 'x', as: 'text' }).start).toBe('x')
  })

  it.each([
    [{ field: 'a', start: 'soon' }, 'start'],
    [{ field: 'a', start: 5 }, 'start'],
    [{ field: 'a', start: '2015-01-01', as: 'epoch' }, 'start'],
    [{ field: 'a', overlap: '1m', as: 'number' }, 'overlap'],
    [{ field: 'a', overlap: '1m', as: 'text' }, 'overlap'],
    [{ field: 'a', overlap: 'long' }, 'overlap'],
    [{ field: 'a[*]' }, 'field'],
    [{ field: 'a', param: '' }, 'param'],
    [{ field: 'a', as: 'date' }, 'as'],
  ])('refuses %j', (config, key) => {
    expect(cursorConfig.safeParse(config).error?.issues[0]?.path).toEqual([key])
  })
})

it('describes every key for editors', () => {
  for (const schema of [cursorConfig, highWaterConfig]) {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
    for (const key of Object.values(properties)) expect(key).toHaveProperty('description')
  }
})
