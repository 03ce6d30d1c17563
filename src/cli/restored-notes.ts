import type { App } from './app.ts'

/** What a person should know of a parcel that was restored, to files or to a database. */
export function tellNotes(
  restored: { dataset: string; parcel: string; state: string; verified: boolean; warnings: readonly string[] },
  app: App,
): void {
  const { dataset, parcel, state, verified, warnings } = restored
  const notes = [
    ...(state === 'suspect' ? ['it is suspect'] : []),
    ...(verified ? [] : ['it has no hash to be checked by: the ledger has no line of it']),
    ...warnings,
  ]
  for (const note of notes) app.note(`${app.colors.err.yellow('!')} ${dataset}: ${parcel}: ${note}`)
}
