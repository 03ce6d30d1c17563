import type { ArchiveWarning } from '../../archive/troubles.ts'
import type { FileSink } from '../../system/files.ts'

/** How many are told by name; the rest is counted. */
const named = 20

/** Writes all warnings to the log of the export, and returns those that the ledger keeps. */
export async function keepWarnings(warnings: readonly ArchiveWarning[], log: FileSink): Promise<string[]> {
  if (warnings.length === 0) return []
  for (const { message } of warnings) await log.write(`${message}\n`)
  await log.sync()
  return shortened(warnings.map(({ message }) => message))
}

export function shortened(messages: readonly string[]): string[] {
  if (messages.length <= named) return [...messages]
  return [...messages.slice(0, named), `and ${messages.length - named} more; the log of the export names them all`]
}
