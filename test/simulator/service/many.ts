import { type Call, count, type Route, shown, told } from './call.ts'
import { json, type Reply } from './reply.ts'

/**
 * As many records as are asked for (`total`, 1,000,000 unless told), out of nothing: for memory and speed, where an account
 * of that size would cost more than what is measured. Pages are `{results, next_cursor}`, or begin at an `offset`.
 */
export const manyRoutes: readonly Route[] = [{ stream: 'many.records', pattern: 'GET /many', answer: answerMany }]

const firstMs = Date.parse('2024-01-01T00:00:00Z')

function answerMany(call: Call): Reply {
  const total = count(call, 'total', 1_000_000)
  const limit = Math.max(1, count(call, 'limit', 100))
  const sent = call.query.get('cursor')
  const start = call.query.has('offset') ? count(call, 'offset', 0) : Number(sent ?? 0)
  const end = Math.min(total, start + limit)
  const results = Array.from({ length: Math.max(0, end - start) }, (_, index) => recordAt(start + index))
  const next = told(call, end < total ? String(end) : null, sent)
  return json({ results: shown(call, results), next_cursor: next, total })
}

/** Ten records share each second. */
function recordAt(index: number): object {
  const at = new Date(firstMs + Math.floor(index / 10) * 1000).toISOString()
  return {
    id: index + 1,
    title: `Record ${index + 1}`,
    tags: ['a', `b${index % 7}`],
    score: index % 101,
    created_at: at,
    updated_at: at,
  }
}
