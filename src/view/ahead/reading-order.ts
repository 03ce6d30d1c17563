import { type ErrorCode, type ErrorDetails, UnsiloError } from '../../errors.ts'
import { each } from '../../system/item-path.ts'
import type { ItemsDefinition } from '../definition.ts'
import type { ParcelSource } from '../input/inputs.ts'
import type { PackedBatch } from './packed-batch.ts'

/** The step `[*]` is a symbol, which cannot be sent. */
const sentEach = 0

/** A definition, so that it can be sent to another thread. */
export interface SentDefinition extends Omit<ItemsDefinition, 'items'> {
  items: { text: string; steps: unknown[] }[] | undefined
}

export function sentDefinition({ items, table, sql, element, files, csv, key }: ItemsDefinition): SentDefinition {
  const paths = items?.map(({ text, steps }) => ({
    text,
    steps: steps.map((step) => (step === each ? sentEach : step)),
  }))
  return { items: paths, table, sql, element, files, csv, key }
}

export function receivedDefinition({ items, ...rest }: SentDefinition): ItemsDefinition {
  type Steps = NonNullable<ItemsDefinition['items']>[number]['steps']
  const stepsOf = (steps: unknown[]): Steps =>
    steps.map((step) => (step === sentEach ? each : step)) as unknown as Steps
  return { ...rest, items: items?.map(({ text, steps }) => ({ text, steps: stepsOf(steps) })) }
}

/** What the other thread is told. */
export type Order =
  /** `undefined`: a parcel that cannot be had is over at once. */
  | { read: ParcelSource | undefined }
  /** So many bytes of batches were taken. */
  | { taken: number }

/** What it says. */
export type Answer =
  | { batch: PackedBatch }
  /** The parcel is over. */
  | { end: true }
  | { failure: SentError }

/** An `UnsiloError`. */
interface SentError {
  code: ErrorCode
  message: string
  details: ErrorDetails
}

export function sentError({ code, message, hint, retryable }: UnsiloError): SentError {
  return { code, message, details: { retryable, ...(hint !== undefined && { hint }) } }
}

export function receivedError({ code, message, details }: SentError): UnsiloError {
  return new UnsiloError(code, message, details)
}
