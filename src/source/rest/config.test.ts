import { describe, expect, it } from 'vitest'
import { parse } from 'smol-toml'
import { restConfig } from './config.ts'

const head = `
kind = "rest"
base = "https://api.example.org"
`

const notes = `
[[streams]]
name = "notes"
path = "notes"
`

const forms = `
[[streams]]
name = "forms"
path = "export"
key = "name"

[[streams]]
name = "entries"
path = "export/{form.name}"
each = { form = "forms" }`

const load = (text: string) => restConfig.safeParse(parse(`${head}${text}`))

/** Where each problem is, and what it says. */
function problems(text: string): string[] {
  const { error } = load(text)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

function streams(text: string) {
  const { data, error } = load(text)
  if (data === undefined) throw error
  return data.streams
}

describe('a stream', () => {
  it('has the params, headers, rules and page of its source, and its own beside or instead', () => {
    const [one, two] = streams(`
      params = { per_page = 100, state = "all" }
      headers = { Accept = "application/json" }
      on = { "404" = "skip" }
      page = { kind = "number", size = 100, size_param = "per_page" }
      ${notes}
      params = { state = "open", sort = "updated" }
      on = { "404" = "end" }
      page = { size = 50 }

      [[streams]]
      name = "others"
      path = "others"
      page = { kind = "link" }
    `)
    expect(one).toMatchObject({
      params: { per_page: 100, state: { text: 'open' }, sort: { text: 'updated' } },
      headers: { Accept: { text: 'application/json' } },
      page: { kind: 'number', size: 50, size_param: 'per_page', from: 1 },
    })
    expect(one!.on.map(({ action }) => action)).toEqual(['end', 'skip'])
    // Of another kind, the keys of the source's would mean something else.
    expect(two!.page).toEqual({ kind: 'link' })
  })

  it('is asked with GET, and with POST where its params are a body', () => {
    const methods = (keys: string): string[] => streams(`${notes}${keys}`).map(({ method }) => method)
    expect(methods('')).toEqual(['GET'])
    expect(methods('params_in = "json"')).toEqual(['POST'])
    expect(methods('params_in = "form"\nmethod = "GET"')).toEqual(['GET'])
  })

  it('comes after its parent, and remembers what its children and the drain need of their parents', () => {
    const found = streams(`
      [[streams]]
      name = "comments"
      path = "repos/{repo.name}/issues/{issue.number}/comments"
      each = { issue = "issues", where = "comments > 0 and repo.public" }
      key = "id"

      [[streams]]
      name = "issues"
      path = "repos/{repo.name}/issues"
      each = { repo = "repos" }

      [[streams]]
      name = "repos"
      path = "repos"

      [drain]
      stream = "comments"
      where = "issue.closed"
      request = "DELETE repos/{repo.name}/comments/{id}?issue={issue.number}"
    `)
    expect(found.map(({ name }) => name)).toEqual(['repos', 'issues', 'comments'])
    expect(found.map(({ groupNames }) => groupNames)).toEqual([[], ['repo.name'], ['issue.number', 'repo.name']])
    expect(found.map(({ keptNames }) => keptNames)).toEqual([
      [],
      ['repo.name', 'repo.public'],
      ['issue.closed', 'issue.number', 'repo.name'],
    ])
  })
})

describe('a mistake', () => {
  it.each([
    ['two streams of one name', `${notes}${notes}`, 'streams.1.name: there are two streams "notes"'],
    [
      'a parent that is not there',
      `${notes}each = { form = "forms" }`,
      'streams.0.each.form: there is no stream "forms"',
    ],
    ['its own parent', `${notes}each = { note = "notes" }`, 'wait for each other'],
    ['two parents', `${notes}each = { a = "notes", b = "notes" }`, 'streams.0.each: must name one parent'],
    [
      'a condition that is none',
      `${notes}\n[[streams]]\nname = "b"\npath = "b/{note.id}"\neach = { note = "notes", where = "id >" }`,
      'streams.1.each.where: ',
    ],
    [
      'a placeholder that stands for nothing',
      `[[streams]]\nname = "notes"\npath = "notes/{form.name}"`,
      'streams.0.path: {form.name} in "notes/{form.name}" stands for nothing',
    ],
    ['a cursor that is sent nowhere', `${notes}cursor = { field = "updated_at" }`, 'streams.0.cursor: is sent nowhere'],
    ['a stop without a key', `${notes}stop = { known_pages = 1 }`, 'streams.0.stop: needs to know the `key` of notes'],
    [
      'full_every where every export is a full one',
      `${notes}full_every = "30d"`,
      'streams.0.full_every: has no use without `cursor` or `stop`: every export is a full one',
    ],
    ['pages without what they need', `${notes}page = { kind = "token" }`, 'streams.0.page.at: '],
    ['pages of the source without what they need', `page = { kind = "token" }\n${notes}`, 'page.at: '],
    [
      'a drained stream that is not there',
      `${notes}\n[drain]\nstream = "entries"\nrequest = "DELETE x/{id}"`,
      'drain.stream: there is no stream "entries"',
    ],
    [
      'a drained stream without a key',
      `${notes}\n[drain]\nstream = "notes"\nrequest = "DELETE x/{id}"`,
      'drain.stream: the stream notes has no `key`',
    ],
    [
      'a request that is none',
      `${notes}key = "id"\n[drain]\nstream = "notes"\nrequest = "x/{id}"`,
      'drain.request: "x/{id}" is not a request',
    ],
    [
      'a request without the key, which would delete other records, too',
      `${forms}\nkey = ["id", "meta.version"]\n[drain]\nstream = "entries"\nrequest = "DELETE export/{form.name}"`,
      'drain.request: lacks {id}, {meta.version}: without them, one request may stand for several records of entries',
    ],
    [
      'a request without what tells the groups apart',
      `${forms}\nkey = "id"\n[drain]\nstream = "entries"\nrequest = "DELETE export/{id}"`,
      'drain.request: lacks {form.name}: ',
    ],
    [
      'a request in which a field of the parent hides the key',
      `${forms}\nkey = "form.name"\n[drain]\nstream = "entries"\nrequest = "DELETE export/{form.name}"`,
      'drain.request: cannot have the key form.name of entries',
    ],
    [
      'a request whose key is not sent',
      `${notes}key = "id"\n[drain]\nstream = "notes"\nrequest = "DELETE notes#{id}"`,
      'drain.request: "DELETE notes#{id}" is not a request',
    ],
    [
      'a secret as text',
      `auth = { kind = "bearer", token = "abc" }\n${notes}`,
      'auth.token: a secret never stands in the configuration',
    ],
  ])('is told with its place: %s', (_, text, said) => {
    expect(problems(text).join('\n')).toContain(said)
  })

  it('in the address is told', () => {
    for (const base of [
      'example.org',
      'ftp://example.org',
      'https://me:pw@example.org',
      'https://example.org/?key=1',
    ]) {
      const checked = restConfig.safeParse({ kind: 'rest', base, streams: [{ name: 'a', path: 'a' }] })
      expect(
        checked.error?.issues.map(({ path }) => path),
        base,
      ).toEqual([['base']])
    }
  })
})

it('refuses a secret in params and headers without repeating it, and takes settings of such names', () => {
  for (const keys of [
    'params = { api_key = "sekrit-4f2a9c" }',
    'params = { auth_token = "me:4F2A9C" }',
    'headers = { Authorization = "Bearer sekrit-4f2a9c" }',
    'headers = { X-Api-Key = "sekrit-4f2a9c" }',
  ]) {
    const said = problems(`${keys}\n${notes}`).join('\n')
    expect(said, keys).toContain('looks like a secret')
    expect(said, keys).not.toContain('4f2a9c')
  }
  expect(problems(`params = { sync_token = "*", key = "updated", tokens = "all of them" }\n${notes}`)).toEqual([])
})
