import type { Item } from '../item.ts'
import { type Call, count, type Route, shown, told } from './call.ts'
import { indexAfter, placeOf, type Selection } from './listing.ts'
import { json, problem, type Reply } from './reply.ts'
import { readToken, tokenAt } from './token.ts'

/**
 * Like Todoist's API v1: `{results, next_cursor}`, null at the end; `limit` 50, at most 200.
 * https://developer.todoist.com/api/v1/#tag/Tasks/operation/get_tasks_api_v1_tasks_get
 */
export const todoistRoutes: readonly Route[] = [
  { stream: 'todoist.tasks', pattern: 'GET /api/v1/tasks', answer: answerTasks },
  { stream: 'todoist.projects', pattern: 'GET /api/v1/projects', answer: answerProjects },
]

const byId: Selection = { by: 'id', direction: 'asc' }

function answerTasks(call: Call): Reply {
  const sent = call.query.get('cursor')
  const place = readToken(sent)
  if (sent !== null && place === undefined) return problem(400, 'Cursor is not valid')
  const items = call.listing.select(byId)
  const start = place === undefined ? 0 : indexAfter(items, place, byId)
  const page = items.slice(start, start + Math.max(1, count(call, 'limit', 50, 200)))
  const next = start + page.length < items.length ? tokenAt(placeOf(page.at(-1)!, 'id')) : null
  return json({ results: shown(call, page.map(taskOf)), next_cursor: told(call, next, sent) })
}

function answerProjects(call: Call): Reply {
  const names = [...new Set(call.listing.select(byId).map((item) => item.list))].sort()
  const projects = names.map((name) => ({ id: projectIdOf(name), name, is_archived: false }))
  return json({ results: shown(call, projects), next_cursor: null })
}

function projectIdOf(name: string): string {
  return Buffer.from(name).toString('hex').slice(0, 16)
}

function taskOf(item: Item): object {
  return {
    id: String(item.id),
    project_id: projectIdOf(item.list),
    content: item.title,
    description: item.body,
    labels: item.tags,
    checked: false,
    added_at: item.created_at.replace('Z', '.000000Z'),
    updated_at: item.updated_at.replace('Z', '.000000Z'),
  }
}
