/** What a service answers, before a fault has its way with it. */
export interface Reply {
  status: number
  /** Lower-case names. */
  headers: Record<string, string>
  text: string
}

export function json(body: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  // A body that is absent altogether is an empty object: there is no JSON for nothing.
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    text: JSON.stringify(body) ?? '{}',
  }
}

export function text(status: number, type: string, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': type, ...headers }, text: body }
}

export function problem(status: number, message: string, headers: Record<string, string> = {}): Reply {
  return json({ message, status: String(status) }, headers, status)
}
