import { describe, expect, it } from 'vitest'
import { errorOf, messageAbout, openSink, sendBy as send, surroundings, troubleOf } from './alerts.fixture.ts'

const secretPath = '/hook/T0S3CR3T/xyzzy-canary'

/** A message that nothing takes as it is. */
const huge = messageAbout([
  troubleOf({
    what: '🎈<!channel> **bold** "x" & é '.repeat(40),
    why: 'because 👩‍👩‍👧‍👦 <https://evil.example|click> @everyone \u0000\u202e '.repeat(800),
    next: '\\"\n'.repeat(3000),
  }),
  troubleOf({ dataset: 'é\r\nBcc: all@example.org', evidence: Array.from({ length: 500 }, () => 'line '.repeat(50)) }),
])

/** All texts in a JSON value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

describe('a webhook', () => {
  it('gets JSON of our own', async () => {
    const sink = await openSink()
    const at = surroundings()
    const values = {
      kind: 'webhook',
      url: at.secret('url', `${sink.url}${secretPath}\n`),
      headers: { 'X-Key': at.secret('key', 'k3y') },
    }
    expect(await send(values, undefined, at)).toEqual({ ok: true, said: 'HTTP 200 OK' })
    const [request] = sink.received
    expect(request).toMatchObject({ method: 'POST', path: secretPath })
    expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'k3y' })
    expect(request!.json()).toEqual({
      version: 1,
      kind: 'opened',
      severity: 'error',
      title: 'todoist: no good export for 3 days',
      text: expect.stringContaining('what to do: Make a new token'),
      host: 'laptop',
      root: '/home/you/exports',
      at: '2026-03-01T07:00:00.000Z',
      incidents: [
        {
          kind: 'opened',
          id: '00000000',
          dataset: 'todoist',
          cause: 'late',
          severity: 'error',
          what: 'no good export for 3 days',
          since: '2026-02-26T06:30:00.000Z',
          why: 'HTTP 401 Unauthorized',
          next: 'Make a new token, then run `unsilo export todoist`.',
          evidence: ['5 exports failed since then'],
          opened: '2026-03-01T07:00:00.000Z',
        },
      ],
    })
  })

  it('of Slack gets blocks, within its limits, and nobody is called', async () => {
    const sink = await openSink()
    await send({ kind: 'webhook', preset: 'slack', url: sink.url })
    await send({ kind: 'webhook', preset: 'slack', url: sink.url }, huge)
    interface Block {
      type: string
      text?: { type: string; text: string }
    }
    const [small, large] = sink.received.map((request) => request.json() as { text: string; blocks: Block[] })
    expect(small!.blocks.map(({ type }) => type)).toEqual(['header', 'section', 'context'])
    expect(small!.blocks[0]!.text).toEqual({
      type: 'plain_text',
      text: 'todoist: no good export for 3 days',
      emoji: false,
    })
    expect(small!.blocks[1]!.text!.text).toContain('what to do: Make a new token')
    for (const { type, text } of large!.blocks) {
      if (text !== undefined) expect(text.text.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3000)
      if (text?.type === 'mrkdwn') expect(text.text).not.toMatch(/<|>|&(?!amp;|lt;|gt;)/)
    }
    expect(large!.text.length).toBeLessThanOrEqual(4000)
    expect(large!.text).not.toContain('<!channel>')
  })

  it('of Discord gets an embed, within its limits, and nobody is called', async () => {
    const sink = await openSink({ status: 204, body: '' })
    expect(await send({ kind: 'webhook', preset: 'discord', url: sink.url })).toEqual({
      ok: true,
      said: 'HTTP 204 No Content',
    })
    await send({ kind: 'webhook', preset: 'discord', url: sink.url }, huge)
    interface Body {
      content: string
      embeds: { description: string; color: number; footer: { text: string }; timestamp: string }[]
      allowed_mentions: object
    }
    const [small, large] = sink.received.map((request) => request.json() as Body)
    expect(small).toMatchObject({ content: '**todoist: no good export for 3 days**', allowed_mentions: { parse: [] } })
    expect(small!.embeds[0]!.description).toContain(
      'what to do: Make a new token, then run \\`unsilo export todoist\\`.',
    )
    expect(small!.embeds[0]!.timestamp).toBe('2026-03-01T07:00:00.000Z')
    expect(large!.content.length).toBeLessThanOrEqual(2000)
    const [{ description, footer }] = large!.embeds as [Body['embeds'][number]]
    expect(description.length).toBeLessThanOrEqual(4096)
    expect(description.length + footer.text.length).toBeLessThanOrEqual(6000)
  })

  it('of Teams gets an Adaptive Card, within 28 KB', async () => {
    const sink = await openSink({ status: 202, body: '' })
    await send({ kind: 'webhook', preset: 'teams', url: sink.url })
    await send({ kind: 'webhook', preset: 'teams', url: sink.url }, huge)
    const [small, large] = sink.received
    expect(small!.json()).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4' },
        },
      ],
    })
    expect(textsIn(small!.json())).toEqual(
      expect.arrayContaining([
        'why: HTTP 401 Unauthorized',
        'what to do: Make a new token, then run `unsilo export todoist`.',
      ]),
    )
    expect(Buffer.byteLength(large!.body)).toBeLessThanOrEqual(28 * 1024)
    expect(textsIn(large!.json()).join('\n')).toContain('because 👩‍👩‍👧‍👦')
  })

  it('of an old connector of Teams fails when the message was dropped', async () => {
    const sink = await openSink({ body: 'Webhook message delivery failed with error: HTTP error 429' })
    expect(errorOf(await send({ kind: 'webhook', preset: 'teams', url: sink.url })).message).toContain('dropped')
  })
})

describe('ntfy', () => {
  it('gets a topic, a priority, tags and the token', async () => {
    const sink = await openSink({ body: '{"id":"x"}' })
    const at = surroundings()
    const values = {
      kind: 'ntfy',
      url: sink.url,
      topic: at.secret('topic', 'my_topic'),
      token: at.secret('t', 'tk_1234'),
      tags: ['backup'],
    }
    await send(values, messageAbout([troubleOf({ severity: 'critical' })]), at)
    await send({ kind: 'ntfy', url: sink.url, topic: 'open', priority: 1 }, huge, at)
    const [small, large] = sink.received
    expect(small).toMatchObject({ path: '/', headers: { authorization: 'Bearer tk_1234' } })
    expect(small!.json()).toMatchObject({
      topic: 'my_topic',
      title: 'todoist: no good export for 3 days',
      priority: 5,
      tags: ['rotating_light', 'backup'],
    })
    const { message, priority } = large!.json() as { message: string; priority: number }
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
    expect(Buffer.byteLength(large!.body)).toBeLessThanOrEqual(8192)
    expect([priority, large!.headers.authorization]).toEqual([1, undefined])
    expect(message).not.toContain('\ufffd')
  })
})

describe('Gotify', () => {
  it('gets its token in a header, below whatever path the server has', async () => {
    const sink = await openSink({ body: '{"id":1}' })
    const at = surroundings()
    await send({ kind: 'gotify', url: `${sink.url}/gotify/`, token: at.secret('t', 'A1b2C3') }, undefined, at)
    expect(sink.received[0]).toMatchObject({ path: '/gotify/message', headers: { 'x-gotify-key': 'A1b2C3' } })
    expect(sink.received[0]!.json()).toMatchObject({ title: 'todoist: no good export for 3 days', priority: 8 })
  })
})

describe('Healthchecks', () => {
  const id = '/ping/1b2c3d4e-0000-4000-8000-000000000000'

  it('is told of an error as a failure, of less in the log of its check', async () => {
    const sink = await openSink({ body: 'OK' })
    await send({ kind: 'healthchecks', url: sink.url + id })
    await send({ kind: 'healthchecks', url: sink.url + id }, messageAbout([troubleOf({ severity: 'warning' })]))
    expect(sink.received.map(({ path }) => path)).toEqual([`${id}/fail`, `${id}/log`])
    expect(sink.received[0]!.body).toContain('todoist: no good export for 3 days\n\nsince:')
  })

  it('has a check for each dataset when its address says so', async () => {
    const sink = await openSink({ body: 'OK' })
    const troubles = [troubleOf({ dataset: 'Über Größe/1' }), troubleOf(), troubleOf({ dataset: 'alerts' })]
    await send({ kind: 'healthchecks', url: `${sink.url}/key/{dataset}`, create: true }, messageAbout(troubles))
    expect(sink.received.map(({ path }) => path)).toEqual([
      '/key/uber-gro-e-1/fail?create=1',
      '/key/todoist/fail?create=1',
    ])
  })

  it.each(['OK (not found)', 'OK (rate limited)'])('fails when it says %s', async (body) => {
    const sink = await openSink({ body })
    expect(errorOf(await send({ kind: 'healthchecks', url: sink.url + id })).message).toContain(body.slice(4, -1))
  })

  it('gets no more than it keeps', async () => {
    const sink = await openSink({ body: 'OK' })
    const evidence = Array.from({ length: 3000 }, () => 'é'.repeat(50))
    await send({ kind: 'healthchecks', url: sink.url + id }, messageAbout([troubleOf({ evidence })]))
    expect(Buffer.byteLength(sink.received[0]!.body)).toBeLessThanOrEqual(100_000)
  })
})
