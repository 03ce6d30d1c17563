import type { Colors } from 'picocolors/types.js'
import type { Drained, Stay } from '../dataset/drain-result.ts'

/**
 * Says what a drain came to: one line, and one for each reason why records stay. Nothing when it was refused, or failed
 * before anything was known.
 */
export function drainedLines(dataset: string, drained: Drained, colors: Colors): string[] {
  const { stream, shown, deleted, gone, vanished = 0, stay, wouldDelete, example } = drained
  if (drained.refused !== undefined || shown === undefined) return []
  const isFailed = drained.failed === true
  if (isFailed && deleted + gone + stay.length === 0) return []
  const mark = isFailed ? colors.yellow('!') : colors.green('✓')
  const was =
    (gone === 0 ? '' : `; ${gone} ${gone === 1 ? 'was' : 'were'} gone already`) +
    (vanished === 0
      ? ''
      : `; ${vanished} that ${vanished === 1 ? 'was' : 'were'} to stay ${vanished === 1 ? 'is' : 'are'} not shown any more`)
  const how = example === undefined ? '' : `, as in ${example}`
  const head =
    wouldDelete === undefined
      ? `${mark} ${dataset}: deleted ${deleted} of ${sayRecords(shown)} of ${stream} on the server${was}`
      : `${dataset}: would delete ${wouldDelete} of ${sayRecords(shown)} of ${stream} on the server${how}`
  return [head, ...stay.map((one) => colors.dim(`  ${one.records} ${stayVerb(one)}: ${sayStay(one)}`))]
}

/** Why nothing was tried; `undefined` when it was. */
export function refusedLine(dataset: string, { stream, shown, refused }: Drained, colors: Colors): string | undefined {
  if (refused === undefined) return undefined
  const has = shown === undefined ? '' : `, which shows ${sayRecords(shown)}`
  return `${colors.yellow('!')} ${dataset}: nothing of ${stream} is deleted on the server${has}: ${refused}`
}

function stayVerb({ records }: Stay): string {
  return records === 1 ? 'stays' : 'stay'
}

function sayStay({ reason, target }: Stay): string {
  switch (reason) {
    case 'where':
      return '`where` does not let it through'
    case 'unsafe':
      return 'new or changed since the last export'
    case 'target':
      return `not at ${target} yet`
    case 'per_run':
      return 'left to the next run by `per_run`'
    case 'failed':
      return 'the server did not delete it'
    case 'untried':
      return 'not tried'
    case 'back':
      return 'shown as before, although answered as deleted or gone'
    case 'keyless':
      return 'without a `key`'
    case 'unnamed':
      return 'without a field that `request` needs'
  }
}

function sayRecords(count: number): string {
  return count === 1 ? '1 record' : `${count} records`
}
