/** As a crash ends a process, or a group of them (its first, negative); one that has ended by itself is no error. */
export function killProcess(id: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(id, signal)
  } catch {
    // It has ended since.
  }
}
