import type { Clock } from '../../src/system/clock.ts'

/** A clock that a test moves; sleeping moves it at once. */
export class FakeClock implements Clock {
  #time: number
  /** How long each sleep asked for, in ms. */
  readonly sleeps: number[] = []

  constructor(start: string) {
    this.#time = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#time)
  }

  advance(ms: number): void {
    this.#time += ms
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.sleeps.push(ms)
    this.#time += ms
  }
}
