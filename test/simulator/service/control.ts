import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultRule } from './fault.ts'
import { json, problem, type Reply } from './reply.ts'
import type { Service } from './service.ts'
import { transmit } from './transmit.ts'

/** Requests below it steer the service, and are in no log: for a service that runs as a process of its own. */
export const controlPath = '/_service/'

/** `GET requests`, `POST plan` (rules), `POST advance` (`{to}`), `POST add` and `POST study` (`{count}`, `{form, count}`). */
export async function control(request: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const verb = `${request.method} ${request.url?.slice(controlPath.length)}`
  await transmit(response, carryOut(verb, body === '' ? {} : JSON.parse(body), service))
}

function carryOut(verb: string, body: unknown, service: Service): Reply {
  const told = body as { to?: string; count?: number; form?: string }
  switch (verb) {
    case 'GET requests':
      return json(service.requests)
    case 'POST plan':
      service.plan(body as FaultRule[])
      return json({})
    case 'POST advance':
      service.advanceTo(new Date(told.to ?? ''))
      return json({ now: service.account.now })
    case 'POST add':
      return json(service.account.add(told.count).map(({ id }) => id))
    case 'POST study':
      return json(service.study.add(told.form ?? '', told.count).map(({ id }) => id))
    default:
      return problem(404, `the service has no control "${verb}"`)
  }
}
