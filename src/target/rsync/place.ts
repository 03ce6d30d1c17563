import { UnsiloError } from '../../errors.ts'

/** The folder of a target, as rsync names it. */
export interface RsyncPlace {
  by: 'ssh' | 'daemon' | 'local'
  /** What rsync wants before a path: `user@host:`, `user@host::`, `rsync://user@host:port/`; nothing for a path of this machine. */
  prefix: string
  /** Without `/` at its end; of a daemon it begins with the module. `.` is the folder that one is in after logging in. */
  path: string
  /** Without user and port. */
  host: string
}

const url = /^rsync:\/\/((?:([^@/]*)@)?(\[[^\]]+\]|[^:/[\]@]+)(?::\d+)?\/)(.*)$/s
const remote = /^(?:([^@/:]*)@)?(\[[^\]]+\]|[^:/[\]@]+)(::?)(.*)$/s

/** @throws UnsiloError `config` */
export function parsePlace(to: string): RsyncPlace {
  const place = split(to)
  if (place === undefined) {
    throw wrong(to, 'names no place', 'As in "me@nas:/backup", "rsync://me@nas/module/backup" or "/mnt/disk/backup".')
  }
  if (place.by === 'local') return place
  if (place.prefix.startsWith('-') || place.host.startsWith('-')) {
    throw wrong(to, 'begins with a dash', 'Begin with the user or the host.')
  }
  if (/[*?[\\\n]/.test(place.path)) {
    // The rsync at the other side takes them for patterns, and another folder than this one may match.
    throw wrong(to, String.raw`has one of *, ?, [ and \ in its path`, 'Name the folder there without them.')
  }
  if (place.by === 'daemon' && /^(?:\.|\/|$)/.test(place.path)) {
    throw wrong(to, 'names no module', 'As in "rsync://me@nas/module/backup"; `rsync HOST::` lists the modules.')
  }
  return place
}

function split(to: string): RsyncPlace | undefined {
  if (to === '' || to.includes('\0')) return undefined
  if (to.startsWith('rsync:')) {
    const [, start, user, host, path] = url.exec(to) ?? []
    if (start === undefined || host === undefined || path === undefined) return undefined
    if (user?.includes(':') === true) {
      throw new UnsiloError('config', 'to: a password never stands in the configuration', {
        hint: 'Say where it is, as in password = { file = "~/.secrets/…" }.',
      })
    }
    return { by: 'daemon', prefix: `rsync://${start}`, path: trimmed(path), host: bare(host) }
  }
  const [, user, host, colons, path] = remote.exec(to) ?? []
  if (host === undefined || path === undefined) return { by: 'local', prefix: '', path: to, host: '' }
  const prefix = `${user === undefined ? '' : `${user}@`}${host}${colons}`
  const by = colons === '::' ? 'daemon' : 'ssh'
  // The arguments are not seen by a shell there, which would know what `~` is; a relative path starts at the home, too.
  return { by, prefix, path: trimmed(by === 'ssh' ? path.replace(/^~(?:\/+|$)/, '') : path), host: bare(host) }
}

function trimmed(path: string): string {
  if (path === '') return '.'
  return path.replace(/\/+$/, '') || '/'
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

function wrong(to: string, what: string, hint: string): UnsiloError {
  return new UnsiloError('config', `to: ${JSON.stringify(to)} ${what}`, { hint })
}

/** Where files are written, as an argument of rsync. @param below A folder in it; without `*?[\` */
export function destinationOf({ prefix, path }: RsyncPlace, below = ''): string {
  const folder = path === '/' ? '' : path
  return `${prefix}${folder}/${below === '' ? '' : `${below}/`}`
}

/**
 * Where files are read: an argument of rsync, and how names of files have to begin that it finds on its stdin. A daemon of rsync
 * 3.5.0 takes files of a list for vanished when the argument is a folder of the module; `/./` says where the path of a file begins
 * (rsync(1), --relative). A name that begins with `#` or `;` would be a comment without the `./`.
 */
export function sourceOf(place: RsyncPlace): { argument: string; before: string } {
  const { by, prefix, path } = place
  const slash = path.indexOf('/')
  if (by !== 'daemon' || slash < 0) return { argument: destinationOf(place), before: './' }
  return { argument: `${prefix}${path.slice(0, slash)}/`, before: `./${path.slice(slash + 1)}/./` }
}

/** The place's path as `--temp-dir` of a run in another folder needs it; `undefined` where it is not known. */
export function absolutePath({ by, path }: RsyncPlace): string | undefined {
  // A daemon takes the module for the root.
  if (by === 'daemon') return path.includes('/') ? path.slice(path.indexOf('/')) : ''
  if (path === '/') return ''
  return path.startsWith('/') ? path : undefined
}

/** For messages. */
export function sayPlace({ prefix, path }: RsyncPlace): string {
  return `${prefix}${path}`
}
