import type { Route } from './call.ts'
import { githubRoutes } from './github.ts'
import { hypothesisRoutes } from './hypothesis.ts'
import { lastfmRoutes } from './lastfm.ts'
import { manyRoutes } from './many.ts'
import { mastodonRoutes } from './mastodon.ts'
import { oauthRoutes } from './oauth.ts'
import { pageRoutes } from './page.ts'
import { pinboardRoutes } from './pinboard.ts'
import { raindropRoutes } from './raindrop.ts'
import { redditRoutes } from './reddit.ts'
import { studyRoutes } from './study.ts'
import { todoistRoutes } from './todoist.ts'

const all: readonly Route[] = [
  ...pageRoutes,
  ...manyRoutes,
  ...githubRoutes,
  ...redditRoutes,
  ...hypothesisRoutes,
  ...studyRoutes,
  ...todoistRoutes,
  ...pinboardRoutes,
  ...lastfmRoutes,
  ...mastodonRoutes,
  ...raindropRoutes,
  ...oauthRoutes,
]

const compiled = all.map((route) => {
  const [method, path] = route.pattern.split(' ') as [string, string]
  const source = path.replaceAll('.', String.raw`\.`).replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return { route, method, path: new RegExp(`^${source}/?$`) }
})

/** The route that answers, and the named parts of the path. */
export function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const candidate of compiled) {
    const match = candidate.method === method ? candidate.path.exec(path) : null
    if (match === null) continue
    const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)] as const)
    return { route: candidate.route, params: Object.fromEntries(params) }
  }
  return undefined
}
