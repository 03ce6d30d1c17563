import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'

/** The bits of the open flags that tell how a file was opened; 0 is for reading only (open(2)). */
const accessMode = 0o3

/**
 * True when a process has the file, or one in the folder, open for writing. Only what /proc shows to this user counts, and
 * where there is no /proc nothing does.
 */
export function isOpenForWriting(path: string): boolean {
  const real = realpathSync(path)
  const isMeant = (open: string): boolean => open === real || open.startsWith(`${real}/`)
  return entries('/proc').some(
    (pid) =>
      /^\d+$/.test(pid) &&
      entries(`/proc/${pid}/fd`).some((fd) => isMeant(target(`/proc/${pid}/fd/${fd}`)) && isForWriting(pid, fd)),
  )
}

function isForWriting(pid: string, fd: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & accessMode) !== 0
  } catch {
    // It has been closed since.
    return false
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
