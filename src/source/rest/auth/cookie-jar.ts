export interface Cookie {
  /** Without a leading dot, in lower case. */
  domain: string
  /** Sent to hosts below the domain, too. */
  isForSubdomains: boolean
  path: string
  /** Sent over https only. */
  isSecure: boolean
  /** In s since 1970; 0: it never expires by itself. */
  expires: number
  name: string
  value: string
}

/**
 * Reads the Netscape format that browsers' exporters, curl and wget write: seven fields with tabs between them, a cookie a
 * line. What is no cookie is passed over: there are comments of all kinds.
 */
export function parseCookieJar(text: string): Cookie[] {
  return text.split(/\r?\n/).flatMap((line): Cookie[] => {
    // Comments that are none: curl marks cookies that scripts must not see.
    const fields = line.replace(/^#HttpOnly_/, '').split('\t')
    const [domain = '', below, path = '/', secure, expires, name, ...value] = fields
    if (domain.startsWith('#') || name === undefined || !/^-?\d+(?:\.\d+)?$/.test(expires ?? '')) return []
    return [
      {
        domain: domain.replace(/^\./, '').toLowerCase(),
        isForSubdomains: domain.startsWith('.') || below?.toUpperCase() === 'TRUE',
        path: path === '' ? '/' : path,
        isSecure: secure?.toUpperCase() === 'TRUE',
        expires: Math.max(0, Number(expires)),
        name,
        value: value.join('\t'),
      },
    ]
  })
}

/** The cookies that a browser would send to `url` if none of them expired (RFC 6265, 5.4), in its order. */
export function cookiesFor(jar: readonly Cookie[], url: URL): Cookie[] {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  // Like curl and browsers, which trust what does not leave the machine.
  const isSafe = url.protocol === 'https:' || host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host)
  return jar
    .filter((cookie) => isForHost(cookie, host) && isForPath(cookie.path, url.pathname) && (isSafe || !cookie.isSecure))
    .sort((a, b) => b.path.length - a.path.length)
}

export function isExpired({ expires }: Cookie, now: Date): boolean {
  return expires !== 0 && expires * 1000 <= now.getTime()
}

function isForHost({ domain, isForSubdomains }: Cookie, host: string): boolean {
  if (host === domain) return true
  const isAddress = host.includes(':') || /^\d+(?:\.\d+){3}$/.test(host)
  return isForSubdomains && !isAddress && domain !== '' && host.endsWith(`.${domain}`)
}

function isForPath(cookiePath: string, path: string): boolean {
  if (!path.startsWith(cookiePath)) return false
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/'
}
