import { expect, it } from 'vitest'
import { UnsiloError } from '../errors.ts'
import { parseRate } from './transfer-keys.ts'

it('reads bytes a second', () => {
  expect(['2 MB/s', '500 kB/s', '1.5MiB / s', '300/s', '1 GB/sec'].map(parseRate)).toEqual([
    2e6, 5e5, 1_572_864, 300, 1e9,
  ])
})

it.each(['', '2 MB', '2', '/s', 'fast', '0 MB/s', '-1 MB/s', '2 MB/min', '2 parsecs/s', '99999999 TB/s'])(
  'refuses %j, and says how it is written',
  (text) => {
    expect(() => parseRate(text)).toThrow(UnsiloError)
    expect(() => parseRate(text)).toThrow(
      expect.objectContaining({ code: 'config', hint: 'Write it like "2 MB/s" or "500 kB/s".' }) as Error,
    )
  },
)
