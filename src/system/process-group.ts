import { readFileSync, readdirSync } from 'node:fs'

/** Time between asking a process group to end (TERM) and ending it (KILL), in ms. */
const graceMs = 5000
/** How long the kernel may take to end what was killed, in ms; a process stuck in a system call is not waited for. */
const killGraceMs = 1000
/** A look through /proc costs a few ms; most groups are gone before the waits get so long, in ms. */
const lookMs = 16

/** Ends all processes of a group, and returns when none is left that could still write. */
export async function endProcessGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined || !signalGroup(leader, 'SIGTERM') || (await isGone(leader, graceMs))) return
  signalGroup(leader, 'SIGKILL')
  await isGone(leader, killGraceMs)
}

function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    // ESRCH: no process of the group is left.
    return false
  }
}

/** Waits until the group is gone; false when it is still there after `longestMs`. */
async function isGone(leader: number, longestMs: number): Promise<boolean> {
  const deadline = performance.now() + longestMs
  for (let waitMs = 1; signalGroup(leader, 0); waitMs = Math.min(waitMs * 2, 50)) {
    if (waitMs >= lookMs && !hasLiveProcess(leader)) return true
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  return true
}

/**
 * False when all that is left of the group are processes that have ended, and wait for their parent to take note: the first
 * process of a container often never does. Where there is no /proc, every process counts as live.
 */
function hasLiveProcess(leader: number): boolean {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return true
  }
  return !names.includes('self') || names.some((name) => /^\d+$/.test(name) && isLiveMember(name, leader))
}

function isLiveMember(process: string, leader: number): boolean {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8')
    // The name, in brackets, may hold anything; after it come the state, the parent and the group (proc(5)).
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(group) === leader && state !== 'Z' && state !== 'X'
  } catch {
    // It has ended since.
    return false
  }
}
