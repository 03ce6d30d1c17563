import * as z from 'zod'
import { UnsiloError } from '../../../errors.ts'
import { pathFrom } from '../../../system/path-from.ts'
import { type Cookie, cookiesFor, isExpired, parseCookieJar } from './cookie-jar.ts'
import { type Credential, type CredentialTools, hide, setHeader } from './credential.ts'

export const cookieConfig = z.strictObject({
  kind: z.literal('cookie').describe('The cookies of a browser in which you are logged in.'),
  jar: z
    .string()
    .min(1)
    .describe('A file of cookies in the Netscape format (cookies.txt), as browser extensions and curl write it.'),
})

/** Shorter values are settings such as "dark" or "en-US". To hide them would hide much else. */
const shortestSecret = 8

/** Sends what the jar holds for an address. Cookies that the server sets are not kept. */
export function openCookie(config: z.output<typeof cookieConfig>, tools: CredentialTools): Credential {
  const path = pathFrom(tools.folder, config.jar)
  let jar: Cookie[] | undefined
  const read = (): Cookie[] => {
    const text = tools.files.readText(path)
    if (text === undefined) throw refused(`there is no file of cookies ${path}`)
    const cookies = parseCookieJar(text)
    hide(tools.redactor, ...cookies.map(({ value }) => value).filter((value) => value.length >= shortestSecret))
    return cookies
  }
  return {
    async apply({ url, headers }) {
      jar ??= read()
      const target = new URL(url)
      const fitting = cookiesFor(jar, target)
      const alive = fitting.filter((cookie) => !isExpired(cookie, tools.clock.now()))
      if (alive.length === 0) {
        const last = Math.max(...fitting.map(({ expires }) => expires))
        const ended = Number.isFinite(last) ? new Date(last * 1000) : undefined
        throw refused(
          ended === undefined
            ? `${path} holds no cookies for ${target.host}`
            : `the cookies for ${target.host} in ${path} have expired, the last on ${sayDay(ended)}`,
        )
      }
      setHeader(headers, 'Cookie', alive.map(({ name, value }) => `${name}=${value}`).join('; '))
    },
    async renew() {
      const before = JSON.stringify(jar)
      jar = read()
      return JSON.stringify(jar) !== before
    },
  }
}

function sayDay(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'a day long ago' : date.toISOString().slice(0, 10)
}

function refused(message: string): UnsiloError {
  return new UnsiloError('auth', message, {
    hint: 'Log in with the browser, and export its cookies to that file again.',
  })
}
