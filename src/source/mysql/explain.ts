import { UnsiloError } from '../../errors.ts'
import { tlsError } from '../database/tls.ts'

/** What MySQL's and MariaDB's programs complain of; the numbers are those of the client's and the server's errors. */
export function explainMysql(complaint: string): UnsiloError | undefined {
  const number = Number(/(?:error|ERROR):? +\(?(\d{4})\b/i.exec(complaint)?.[1] ?? 0)
  const found = /(?:error|ERROR)[^\n]*?\d{4}[^\n]*?: ([^\n]*)/i.exec(complaint)?.[1] ?? complaint.trim()
  const said = found.replace(/^"(.*)" when .*$/, '$1')
  if (number === 2026) return tlsError(said)
  const code = codes.get(number)
  if (code !== undefined) return explained[code](said)
  if (/insufficient privileges/i.test(complaint))
    return explained['not-permitted'](complaint.trim().split('\n').at(-1)!)
  return undefined
}

const codes = new Map<number, keyof typeof explained>([
  ...[1045, 1130, 1251, 1524, 1698, 2059, 2061].map((number) => [number, 'auth'] as const),
  ...[1049].map((number) => [number, 'not-found'] as const),
  ...[1044, 1142, 1143, 1227, 1370].map((number) => [number, 'not-permitted'] as const),
  ...[1040, 1053, 1077, 1927, 2002, 2003, 2005, 2006, 2012, 2013, 2055, 4031].map(
    (number) => [number, 'network'] as const,
  ),
])

const explained = {
  auth: (said: string) =>
    new UnsiloError('auth', `the server refuses: ${said}`, { hint: 'Look at `user` and `password` in config.toml.' }),
  'not-found': (said: string) =>
    new UnsiloError('not-found', `the server says: ${said}`, { hint: 'Look at `database` in config.toml.' }),
  'not-permitted': (said: string) =>
    new UnsiloError('not-permitted', `the server says: ${said}`, {
      hint: 'Grant the user SELECT, SHOW VIEW, TRIGGER, EVENT and, for stored routines, SELECT on mysql.proc or SHOW_ROUTINE.',
    }),
  network: (said: string) =>
    new UnsiloError('network', `the server is away: ${said}`, {
      hint: 'Check that it runs, and `host` and `port` in config.toml.',
      retryable: true,
    }),
}
