import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { keepConfig, retentionPolicy } from './retention-policy.ts'

const nothing = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, withinMs: 0, min: 3, timezone: 'UTC' }

function policyOf(keep: unknown) {
  return retentionPolicy(keepConfig.parse(keep), 'UTC')
}

describe('retentionPolicy', () => {
  it('takes a number as the newest so many', () => {
    expect(policyOf(5)).toEqual({ ...nothing, last: 5 })
    expect(policyOf(5)).toEqual(policyOf({ last: 5 }))
  })

  it('reads all rules of a table', () => {
    const rules = { last: 2, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: 10 }
    expect(policyOf({ ...rules, within: '30 days', min: 5 })).toEqual({
      ...nothing,
      ...rules,
      withinMs: 30 * 86_400_000,
      min: 5,
    })
  })

  it('keeps at least three, or as many as were asked for if that is less', () => {
    expect(policyOf(1).min).toBe(1)
    expect(policyOf(2).min).toBe(2)
    expect(policyOf(4).min).toBe(3)
    expect(policyOf({ last: 0, daily: 1 }).min).toBe(3)
    expect(policyOf({ last: 2, min: 9 }).min).toBe(9)
  })
})

describe('keepConfig', () => {
  it.each([-1, 1.5, '5', { last: -1 }, { min: 0, last: 5 }, { dayly: 7 }, { within: 'a while' }])(
    'refuses %j',
    (keep) => {
      expect(keepConfig.safeParse(keep).success).toBe(false)
    },
  )

  it.each([{}, { min: 5 }, { last: 0, daily: 0 }, { within: '0 days' }])('refuses %j, which keeps nothing', (keep) => {
    const message = JSON.stringify(keepConfig.safeParse(keep).error?.issues)
    expect(message).toContain('says nothing about what to keep')
  })

  it('can be described to editors', () => {
    expect(z.toJSONSchema(keepConfig, { io: 'input' })).toHaveProperty('anyOf')
  })
})
