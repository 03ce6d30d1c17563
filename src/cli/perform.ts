import { type App, type GlobalOptions, createApp } from './app.ts'
import type { ExitStatus } from './exit-code.ts'
import { tellError } from './fail.ts'

/** What a verb does: asks, shows, and chooses the exit status. */
export type Verb<Arguments> = (args: Arguments, app: App) => Promise<ExitStatus>

/** Verbs that change something, or whose work a person may ask for later; of the others no log is kept. */
const logged = new Set(
  'run export ingest prune publish verify drain accept pack unpack thin recover recompute reprocess-metrics watch'.split(
    ' ',
  ),
)

/** Carries out a verb, and tells what went wrong. @param name The verb's, without those above it. */
export async function perform<Arguments>(
  verb: Verb<Arguments>,
  args: Arguments,
  options: GlobalOptions,
  name: string,
): Promise<ExitStatus> {
  const app = createApp(options, logged.has(name))
  const startedAt = performance.now()
  app.log.add({ level: 'info', message: `unsilo ${name}` })
  let status: ExitStatus | undefined
  try {
    status = await verb(args, app)
  } catch (error) {
    status = tellError(error, app)
  } finally {
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
    const ended = status === undefined ? 'failed, and that is a bug of unsilo' : `ended with ${status}`
    app.log.add({ level: 'info', message: `unsilo ${name} ${ended} after ${took}` })
    await app.log.close()
  }
  return status
}
