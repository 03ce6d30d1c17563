import { expect } from 'vitest'
import type { Ended } from './cli.ts'

/** What a user can cause is told in a sentence, and never with a stack trace. */
export function expectPlain({ stderr, status }: Ended, place: string): void {
  expect(stderr, place).not.toMatch(/^ {4}at |node:internal|TypeError|ReferenceError|\[object Object\]|undefined/m)
  expect([0, 1, 2, 3, 4], `${place}: ${stderr}`).toContain(status)
}
