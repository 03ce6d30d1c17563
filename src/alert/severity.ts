/** How bad something is, the least first. */
export const severities = ['info', 'warning', 'error', 'critical'] as const
export type Severity = (typeof severities)[number]

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least)
}

/** The worst of them; `info` of none. */
export function worst(all: Iterable<Severity>): Severity {
  return [...all].reduce<Severity>((a, b) => (isAtLeast(a, b) ? a : b), 'info')
}
