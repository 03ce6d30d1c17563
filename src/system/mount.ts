import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { realPath } from './path-from.ts'

/** What a folder is mounted on. Numbers of devices are left out: a restart may change them. */
export interface Mount {
  /** The folder that the file system is mounted at. */
  at: string
  /** The file system itself, by an identity that stays: `UUID=…`, or the address of a share. Not every one has any. */
  device?: string
}

/** @throws UnsiloError when there is nothing at `path` */
export function mountOf(path: string): Mount {
  const real = realPath(path)
  return (process.platform === 'linux' ? fromTable(real) : undefined) ?? { at: topOfDevice(real) }
}

/** Whether it is the same as far as is known of both. */
export function isSameMount(one: Mount, other: Mount): boolean {
  const areKnown = one.device !== undefined && other.device !== undefined
  return one.at === other.at && (!areKnown || one.device === other.device)
}

export function sayMount({ at, device }: Mount): string {
  return device === undefined ? at : `${at} (${device})`
}

/** A line of /proc/self/mountinfo: ids, device, root, mount point, options, tags, a dash, type, source (proc(5)). */
const mountLine = /^\d+ \d+ \S+ \S+ (\S+) .* - \S+ (\S+)/

function fromTable(path: string): Mount | undefined {
  let found: Mount | undefined
  let source = ''
  for (const line of fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [, point, from] = mountLine.exec(line) ?? []
    if (point === undefined || from === undefined) continue
    const at = unescaped(point)
    const isAbove = path === at || path.startsWith(at.endsWith('/') ? at : `${at}/`)
    // Of several at one place, the last hides the others.
    if (!isAbove || at.length < (found?.at.length ?? 0)) continue
    found = { at }
    source = unescaped(from)
  }
  const device = found === undefined ? undefined : identityOf(source)
  return found === undefined || device === undefined ? found : { ...found, device }
}

/** Spaces and the like stand as `\040` in the table. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

const uuids = '/dev/disk/by-uuid'

function identityOf(source: string): string | undefined {
  // "server:/export" of NFS, "//server/share" of SMB.
  if (/^[^/].*:|^\/\//.test(source)) return source
  try {
    const device = fs.realpathSync(source)
    const uuid = fs.readdirSync(uuids).find((name) => fs.realpathSync(join(uuids, name)) === device)
    return uuid === undefined ? undefined : `UUID=${uuid}`
  } catch {
    // A source that is no device, or a machine without udev: then there is no identity to be had.
    return undefined
  }
}

/** Where no table tells it: the highest folder that is on the same device. */
function topOfDevice(path: string): string {
  const { dev } = fs.statSync(path)
  for (let at = path; ; at = dirname(at)) {
    if (at === dirname(at) || fs.statSync(dirname(at)).dev !== dev) return at
  }
}
