import { describe, expect, it } from 'vitest'
import type { Service } from '../simulator/service/service.ts'
import { services } from '../simulator/service/service.fixture.ts'
import { usualAuth } from '../simulator/service/auth-options.ts'
import { type CliRoot, cliRoot } from '../support/cli.ts'

const start = services()

/** A dataset `api` whose streams are those tables. */
function rootFor(service: Service, streams: readonly string[], source = ''): CliRoot {
  const root = cliRoot()
  root.write('api/config.toml', configFor(service, streams, source))
  return root
}

function configFor({ url }: Service, streams: readonly string[], source = ''): string {
  const tables = streams.map((stream) => (stream.startsWith('[[') ? stream : `[[source.streams]]\n${stream}\n`))
  return `interval = "1 day"\n[source]\nkind = "rest"\nbase = "${url}"\n${source}\n${tables.join('\n')}\n`
}

interface Probed {
  stream: string
  result: string
  because?: string
  toml?: string
  found?: { records: number }
  guesses: { key: string; because: string }[]
  comparison: { key: string; status: string }[]
}

async function probed(root: CliRoot, ...options: string[]): Promise<Probed[]> {
  const { streams } = (await root.cli('probe', 'api', '--json', ...options)).json() as { streams: Probed[] }
  return streams
}

const bare = {
  events: 'name = "events"\npath = "/users/me/events"',
  issues: 'name = "issues"\npath = "/repos/me/x/issues"',
  saved: 'name = "saved"\npath = "/user/me/saved"',
  annotations: 'name = "annotations"\npath = "/api/search"\nparams = { sort = "updated", order = "asc" }',
  tasks: 'name = "tasks"\npath = "/api/v1/tasks"',
  posts: 'name = "posts"\npath = "/v1/posts/all"\nparams = { format = "json", results = 50 }',
  tracks: 'name = "tracks"\npath = "/2.0/"\nparams = { method = "user.getrecenttracks", user = "me", format = "json" }',
  bookmarks: 'name = "bookmarks"\npath = "/api/v1/bookmarks"',
  raindrops: 'name = "raindrops"\npath = "/rest/v1/raindrops/0"',
  forms: 'name = "forms"\npath = "/export/"',
}
const comments =
  'name = "comments"\npath = "/repos/me/x/issues/{issue.number}/comments"\neach = { issue = "issues", where = "comments > 1" }'

describe('probe', () => {
  it('asks one page of each stream, with only a name and a path, and writes nothing', async () => {
    const service = await start()
    const root = rootFor(service, Object.values(bare))
    const { status, stdout, stderr } = await root.cli('probe', 'api')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(service.requests).toHaveLength(Object.keys(bare).length)
    expect(root.names('api')).toEqual(['config.toml'])
    for (const line of [
      'page = { kind = "link" }  # read: the Link header names the next page',
      'items = "data.children[*].data"  # a guess: ',
      'page = { kind = "token", at = "data.after", param = "after" }  # a guess: ',
      'items = "rows"  # read: ',
      '# page = { kind = "last-item", field = "updated", param = "?" }  # a guess: ',
      'page = { kind = "token", at = "next_cursor", param = "cursor" }  # a guess: ',
      'items = "recenttracks.track"  # read: ',
      'page = { kind = "number", param = "page" }  # a guess: ',
      'key = "_id"  # read: ',
      'key = "name"  # read: ',
      'window   300 is as round as a limit',
    ]) {
      expect(stdout).toContain(`\n${line}`)
    }
  })

  it('prints blocks that can be pasted, and then fit', async () => {
    const service = await start()
    const root = rootFor(service, [bare.issues, bare.tasks, bare.tracks, bare.bookmarks, comments])
    const blocks = (await probed(root)).map(({ toml }) => toml!)
    expect(blocks).toHaveLength(5)
    root.write('api/config.toml', configFor(service, blocks))
    expect(await root.cli('config', 'validate')).toMatchObject({ status: 0, stderr: '' })
    for (const { stream, comparison } of await probed(root)) {
      const wrong = comparison.filter(({ status }) => status === 'missing' || status === 'differs')
      expect({ stream, wrong }).toEqual({ stream, wrong: [] })
    }
    expect((await root.cli('probe', 'api', '--stream', 'issues')).stdout).toContain(
      'everything that this stream configures fits',
    )
  })

  it('asks for a child stream with the first record that `where` lets through', async () => {
    const service = await start()
    const root = rootFor(service, [bare.issues, comments])
    const [only, ...others] = await probed(root, '--stream', 'comments')
    expect(others).toEqual([])
    expect(only).toMatchObject({ stream: 'comments', result: 'ok' })
    expect(only!.found!.records).toBeGreaterThan(1)
    expect(service.requests.map(({ stream }) => stream)).toEqual(['github.issues', 'github.comments'])
  })

  it('says that there is no record to ask for', async () => {
    const service = await start()
    const root = rootFor(service, [bare.issues, comments.replace('comments > 1', 'comments > 99')])
    const { status, stdout } = await root.cli('probe', 'api', '-s', 'comments')
    expect(status).toBe(0)
    expect(stdout).toContain('the page of issues has no record that `where` lets through')
  })

  it('ends with 1 when a stream fails, once, and goes on with the others', async () => {
    const service = await start({ faults: [{ stream: 'todoist', times: 'always', fault: { kind: 'server-error' } }] })
    const child = 'name = "child"\npath = "/nothing/{task.id}"\neach = { task = "tasks" }'
    const root = rootFor(service, [bare.tasks, child, bare.forms])
    const { status, stdout } = await root.cli('probe', 'api')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^failed .*500/m)
    expect(stdout).toContain('there is no page of tasks to take a record from')
    expect(stdout).toContain('key = "name"  # read: ')
    expect(service.requests.map(({ stream }) => stream)).toEqual(['todoist.tasks', 'study.forms'])
  })

  it('does not wait for an hour, and asks no more', async () => {
    const limited = { kind: 'limited', seconds: 3600 } as const
    const service = await start({ faults: [{ stream: 'todoist', times: 'always', fault: limited }] })
    const { status, stdout } = await rootFor(service, [bare.tasks, bare.forms]).cli('probe', 'api')
    expect(status).toBe(1)
    expect(stdout.match(/^failed/gm)).toHaveLength(2)
    expect(service.requests).toHaveLength(1)
  })

  it('says what differs', async () => {
    const service = await start()
    const stream = `${bare.tasks}\nitems = "tasks"\nkey = "uuid"\npage = { kind = "link" }\n`
    const [tasks] = await probed(rootFor(service, [stream]))
    expect(tasks!.comparison.map(({ key, status }) => `${key} ${status}`)).toEqual([
      'items differs',
      'key differs',
      'page differs',
    ])
  })

  it('tells a page for people from an API, and any answer from a list', async () => {
    const service = await start()
    const xml = 'name = "xml"\npath = "/v1/posts/all"'
    const { status, stdout } = await rootFor(service, [xml, `${xml.replace('"xml"', '"any"')}\nformat = "any"`]).cli(
      'probe',
      'api',
    )
    expect(status).toBe(0)
    expect(stdout).toContain('format differs: the answer is XML, and not JSON')
    expect(stdout).toContain('everything that this stream configures fits')
  })

  it('shows no secret, even one that the server repeats', async () => {
    const service = await start({
      auth: usualAuth,
      faults: [{ stream: 'github.events', fault: { kind: 'echo' } }],
    })
    const auth = 'auth = { kind = "bearer", token = { file = "token" } }'
    const root = rootFor(service, [bare.issues, bare.events], auth)
    root.write('api/token', 'github-token-7c1d0f3e\n')
    for (const options of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr } = await root.cli('probe', 'api', ...options)
      expect(stdout).toContain('issues')
      expect(stdout + stderr).not.toContain('7c1d0f3e')
    }
    expect(service.requests[0]!.headers['authorization']).toContain('7c1d0f3e')
  })

  it('needs a REST source, a stream of that name, and secrets that can be read', async () => {
    const service = await start()
    const root = rootFor(service, [bare.issues], 'auth = { kind = "bearer", token = { file = "nothing" } }')
    root.write('files/config.toml', 'cmd = "true"')
    root.write('wrong/config.toml', '[source]\nkind = "rest"\n')
    expect(await root.cli('probe', 'files')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('nothing to probe'),
    })
    expect(await root.cli('probe', 'wrong')).toMatchObject({ status: 3 })
    expect(await root.cli('probe', 'api')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('source.auth.token'),
    })
    const unknown = await root.cli('probe', 'api', '--stream', 'issue')
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('It has: issues.') })
    expect((await root.cli('probe')).status).toBe(2)
    expect(service.requests).toEqual([])
  })
})
