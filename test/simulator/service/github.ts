import type { LogEvent } from '../account.ts'
import type { Item } from '../item.ts'
import { type Call, commentsOf, type Route, shown } from './call.ts'
import { linkedPage } from './link.ts'
import type { Selection } from './listing.ts'
import { json, problem, type Reply } from './reply.ts'

/**
 * Like GitHub's REST API.
 * - pages: 30 items, `per_page` at most 100, a Link header:
 *   https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 * - events: the newest 300 at most: https://docs.github.com/en/rest/activity/events
 * - issues: `state` is `open` unless told, `sort` is `created`, `direction` is `desc`, `since` is on `updated_at`:
 *   https://docs.github.com/en/rest/issues/issues#list-repository-issues
 * - a deleted issue is 410: https://docs.github.com/en/rest/issues/issues#get-an-issue
 */
export const githubRoutes: readonly Route[] = [
  { stream: 'github.events', pattern: 'GET /users/{user}/events', answer: answerEvents },
  { stream: 'github.issues', pattern: 'GET /repos/{owner}/{repo}/issues', answer: answerIssues },
  { stream: 'github.comments', pattern: 'GET /repos/{owner}/{repo}/issues/{number}/comments', answer: answerComments },
]

const sizes = { usual: 30, most: 100 }
const mostEvents = 300
const sortFields = { created: 'created_at', updated: 'updated_at' } as const

function answerEvents(call: Call): Reply {
  const { log } = call.account
  const newest = log.slice(Math.max(0, log.length - mostEvents))
  const events = newest.map((event, index) => eventOf(event, log.length - newest.length + index)).reverse()
  const { items, headers } = linkedPage(call, events, sizes)
  if (items.length === 0 && Number(call.query.get('page') ?? 1) > 1) {
    return problem(422, 'In order to keep the API fast for everyone, pagination is limited for this resource.')
  }
  return json(shown(call, items), { ...headers, 'x-poll-interval': '60' })
}

function eventOf({ at, kind, id, item }: LogEvent, index: number): object {
  return {
    id: String(20_000_000_000 + index),
    type: kind === 'scored' ? 'WatchEvent' : 'IssuesEvent',
    actor: { id: item.author.id, login: item.author.name },
    repo: { id: 1, name: 'me/x' },
    payload: { action: kind, issue: { id, number: numberOf(id), title: item.title } },
    public: true,
    created_at: `${at.toISOString().slice(0, 19)}Z`,
  }
}

function answerIssues(call: Call): Reply {
  const { query } = call
  const sort = query.get('sort') === 'updated' ? 'updated' : 'created'
  const selection: Selection = {
    by: sortFields[sort],
    direction: query.get('direction') === 'asc' ? 'asc' : 'desc',
    since: query.get('since') ?? undefined,
  }
  const state = query.get('state') ?? 'open'
  const all = call.listing.select(selection)
  const issues = state === 'all' ? all : all.filter((item) => stateOf(item) === state)
  const { items, headers } = linkedPage(call, issues, sizes)
  return json(shown(call, items.map(issueOf)), headers)
}

function answerComments(call: Call): Reply {
  const id = Number(call.params['number']) + firstId
  const item = call.account.valueOf(id)
  if (item === undefined && call.account.wasThere(id)) return problem(410, 'This issue was deleted')
  if (item === undefined || !call.account.isListed(id)) return problem(404, 'Not Found')
  const comments = commentsOf(item).map((comment) => ({
    ...comment,
    issue_url: `${call.origin}/repos/me/x/issues/${numberOf(id)}`,
  }))
  const { items, headers } = linkedPage(call, comments, sizes)
  return json(shown(call, items), headers)
}

const firstId = 30_000_000

function numberOf(id: number): number {
  return id - firstId
}

function stateOf(item: Item): 'open' | 'closed' {
  return item.id % 3 === 0 ? 'closed' : 'open'
}

function issueOf(item: Item): object {
  return {
    id: item.id,
    number: numberOf(item.id),
    title: item.title,
    body: item.body,
    state: stateOf(item),
    labels: item.tags.map((name) => ({ name })),
    user: { id: item.author.id, login: item.author.name },
    comments: commentsOf(item).length,
    html_url: item.url,
    created_at: item.created_at,
    updated_at: item.updated_at,
    closed_at: null,
  }
}
