import type { Pack } from '../../parcel/pack-file.ts'
import type { Dataset, Problem } from '../dataset.ts'

/** Packs that say nothing of what is in them: nothing can read their parcels until a run has made the index anew. */
export function unreadProblems(
  dataset: Pick<Dataset, 'name'>,
  { packs }: { packs: readonly Pack[] },
  severity: Problem['severity'] = 'warning',
): Problem[] {
  return packs
    .filter(({ index }) => index === undefined)
    .map(({ path }) => ({ severity, code: 'corrupt', message: sayUnread(path), hint: howToReadPacks(dataset) }))
}

export function sayUnread(path: string): string {
  return `the index of ${path} cannot be read, so the parcels in it cannot be read now`
}

export function howToReadPacks({ name }: Pick<Dataset, 'name'>): string {
  return `\`unsilo run ${name}\` reads the whole pack and makes its index anew, or says what to do where it is damaged, too; then \`unsilo verify ${name} --all\`.`
}
