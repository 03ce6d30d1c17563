import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'

export interface Watched<T> {
  result: T
  /** Names of the programs that ran meanwhile. */
  programs: Set<string>
  /** Where the text was found: the program, and whether among its parameters or in its environment. */
  found: Set<string>
}

/**
 * Looks for a text in the parameters and the environment of every process that comes from this one, while `work` goes on.
 * Others are left out: tests run side by side, with programs and passwords of the same names.
 */
export async function watchProcesses<T>(text: string, work: () => Promise<T>): Promise<Watched<T>> {
  const programs = new Set<string>()
  const found = new Set<string>()
  const look = (): void => {
    for (const { pid } of descendants()) {
      const parameters = read(`/proc/${pid}/cmdline`)
      const [program, script] = parameters.split('\0').map((part) => basename(part))
      const name = program === 'perl' ? script! : program!
      programs.add(name)
      if (parameters.includes(text)) found.add(`${name}: parameters`)
      if (read(`/proc/${pid}/environ`).includes(text)) found.add(`${name}: environment`)
    }
  }
  const timer = setInterval(look, 10)
  try {
    return { result: await work(), programs, found }
  } finally {
    clearInterval(timer)
  }
}

/** Empty when the process has ended since, or is another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Ids of the children of this process that run this program, at any depth. */
export function childrenNamed(program: string): number[] {
  return descendants()
    .filter(({ stat }) => stat.includes(`(${program})`))
    .map(({ pid }) => pid)
}

/** Ids of the processes that a process has started itself. */
export function childrenOf(parent: number): number[] {
  return processes()
    .filter((one) => parentIn(one) === parent)
    .map(({ pid }) => pid)
}

function processes(): { pid: number; stat: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), stat: read(`/proc/${pid}/stat`) }))
}

function parentIn({ stat }: { stat: string }): number {
  return Number(/\) \S (\d+)/.exec(stat)?.[1] ?? 0)
}

/** The children of this process, at any depth. `stat` is as proc(5) tells it. */
function descendants(): { pid: number; stat: string }[] {
  const stats = processes()
  const parentOf = new Map(stats.map((one) => [one.pid, parentIn(one)]))
  const isOurs = (pid: number): boolean => {
    const parent = parentOf.get(pid) ?? 0
    return parent === process.pid || (parent > 1 && isOurs(parent))
  }
  return stats.filter(({ pid }) => isOurs(pid))
}

/** The most memory that this process has used above what it used before, in bytes. */
export async function memoryGrowth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss
  let most = before
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return most - before
}
