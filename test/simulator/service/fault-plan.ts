import type { Fault, FaultRule } from './fault.ts'

export interface FaultPlan {
  /** Replaces all rules; counting begins anew. */
  replace(rules: readonly FaultRule[]): void
  /** Counts a request. @returns the faults that it meets, in the order of their rules */
  strike(request: { method: string; path: string; stream: string }): Fault[]
}

export function createFaultPlan(): FaultPlan {
  let counted: { rule: FaultRule; seen: number }[] = []
  return {
    replace(rules) {
      counted = rules.map((rule) => ({ rule, seen: 0 }))
    },
    strike(request) {
      return counted.flatMap((entry) => {
        if (!isMet(entry.rule, request)) return []
        entry.seen++
        const { from = 1, times = 1 } = entry.rule
        const until = times === 'always' ? Infinity : from + times
        return entry.seen >= from && entry.seen < until ? [entry.rule.fault] : []
      })
    },
  }
}

function isMet(rule: FaultRule, request: { method: string; path: string; stream: string }): boolean {
  const { match, stream, method } = rule
  if (method !== undefined && method !== request.method) return false
  if (stream !== undefined && stream !== request.stream && stream !== request.stream.split('.')[0]) return false
  if (match === undefined) return true
  return typeof match === 'string' ? request.path.startsWith(match) : request.path.search(match) >= 0
}
