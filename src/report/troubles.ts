import type { Trouble } from '../alert/incident.ts'
import { isAtLeast } from '../alert/severity.ts'
import type { Report } from './report.ts'
import { type Warning, kinds, openWarnings } from './warnings.ts'

/** What is wrong now, as incidents take it: one for each dataset and cause; what is accepted is left out. */
export function troublesOf({ datasets, root }: Pick<Report, 'datasets' | 'root'>): Trouble[] {
  return [...datasets, { dataset: 'root', warnings: root.warnings }].flatMap(({ dataset, warnings }) => {
    const open = openWarnings(warnings)
    const causes = new Set(open.map(({ cause }) => cause))
    return [...causes].map((cause) =>
      troubleOf(
        dataset,
        open.filter((one) => one.cause === cause),
      ),
    )
  })
}

/** @param warnings Of one cause; at least one. */
function troubleOf(dataset: string, warnings: readonly Warning[]): Trouble {
  const first = warnings.reduce((a, b) => (isAtLeast(a.severity, b.severity) ? a : b))
  const others = warnings.filter((one) => one !== first)
  const since = warnings.flatMap((one) => (one.since === undefined ? [] : [Date.parse(one.since)]))
  const evidence = [...(first.evidence ?? []), ...others.map(({ message }) => message)]
  return {
    dataset,
    cause: first.cause,
    severity: first.severity,
    what: first.what ?? kinds[first.cause].what,
    since: since.length === 0 ? undefined : new Date(Math.min(...since)),
    why: first.message,
    next: first.hint,
    ...(evidence.length === 0 ? {} : { evidence }),
  }
}
