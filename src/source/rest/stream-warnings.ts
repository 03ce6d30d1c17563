import type { StreamRun } from './stream-run.ts'

/** What a person should know of a stream that was exported. */
export function warningsOf(run: StreamRun): string[] {
  const { stream, leaks, belowMark } = run
  const warnings = [...run.warnings, ...missingFields(run)]
  if (isEmptyAtFirst(run)) {
    warnings.push(`not one record came; if there should be some, look at ${run.firstBody}`)
  }
  if (leaks) warnings.push('the server repeats a secret in its answers, which are kept as they are')
  if (belowMark > 0) {
    const records = belowMark === 1 ? 'record' : 'records'
    warnings.push(`${belowMark} ${records} at or below the high-water mark of the last export are still on the server`)
  }
  return warnings.map((warning) => `${stream.name}: ${warning}`)
}

/** Fields of the configuration that not one record has: most likely misspelt. */
function missingFields({ stream: { key, cursor }, items, hasKey, hasCursor }: StreamRun): string[] {
  if (items === 0) return []
  const keys = key?.map(({ text }) => text).join(', ')
  return [
    ...(keys === undefined || hasKey ? [] : [`not one record has its \`key\` (${keys}): none is ever known again`]),
    ...(cursor === undefined || hasCursor
      ? []
      : [`not one record has \`${cursor.field.text}\`, the field of its \`cursor\`: each export asks for everything`]),
  ]
}

/** Nothing tells yet whether the stream has no records, or `items` leads to the wrong list. */
function isEmptyAtFirst({ stream, previous, items, firstBody, errors, isCut }: StreamRun): boolean {
  if (stream.format === 'any' || errors.length > 0 || isCut) return false
  return previous?.fullAt === undefined && items === 0 && firstBody !== undefined
}
