import type { VerifiedEvent } from '../ledger/event.ts'
import { copyFacts, goodPlaces } from './copies/places.ts'
import type { Dataset, Problem } from './dataset.ts'
import type { History } from './history.ts'

/** How many damaged parcels of a place are told one by one; the others are counted. */
const toldParcels = 5

/** What is not as it was sealed or published, and what to do about each. */
export function alarmProblems(dataset: Dataset, history: History, verdicts: readonly VerifiedEvent[]): Problem[] {
  const facts = copyFacts(history)
  const bad = verdicts.filter(({ ok }) => !ok)
  // The ledger may not have been written.
  const goodOnes = (parcel: string): (string | undefined)[] =>
    goodPlaces(facts, dataset, parcel)
      .map((place) => place.target)
      .filter((target) => !bad.some((one) => one.parcel === parcel && one.target === target))
  const places = [...new Set(bad.map(({ target }) => target))]
  return places.flatMap((target) => {
    const there = bad.filter((one) => one.target === target)
    const groups = alike(there).slice(0, toldParcels)
    const told = groups.map(({ parcels: [parcel, ...others], fault }): Problem => {
      const also =
        others.length === 0 ? '' : `, nor ${others.length === 1 ? 'is 1 other' : `are ${others.length} others`}`
      return {
        severity: 'error',
        code: 'corrupt',
        message: `${sayDamage(parcel, target)}${also}: ${fault}`,
        hint: howToMend(dataset, parcel, target, goodOnes(parcel)),
      }
    })
    const more = there.length - groups.reduce((sum, { parcels }) => sum + parcels.length, 0)
    if (more === 0) return told
    const what = more === 1 ? '1 more parcel' : `${more} more parcels`
    const where = target === undefined ? `here ${is(more)}` : `at ${target} ${is(more)}`
    const hint = `\`unsilo log ${dataset.name}\` names them.`
    return [...told, { severity: 'error', code: 'corrupt', message: `${what} ${where} damaged, too`, hint }]
  })
}

/** Parcels whose fault is the same to the letter, as of those in one damaged pack, together. */
function alike(verdicts: readonly VerifiedEvent[]): { parcels: [string, ...string[]]; fault: string }[] {
  const groups = new Map<string, [string, ...string[]]>()
  for (const { parcel, faults = [] } of verdicts) {
    const fault = faults.join('; ')
    const others = groups.get(fault)
    if (others === undefined) groups.set(fault, [parcel])
    else others.push(parcel)
  }
  return [...groups].map(([fault, parcels]) => ({ parcels, fault }))
}

function is(count: number): string {
  return count === 1 ? 'is' : 'are'
}

/** @param target Missing: here. */
export function sayDamage(parcel: string, target: string | undefined): string {
  return target === undefined
    ? `${parcel} is not what was sealed`
    : `the copy of ${parcel} at ${target} is not what was published`
}

/** @param good Where there is a copy that nobody knows to be damaged; `undefined` stands for here. */
export function howToMend(
  { name, layout }: Pick<Dataset, 'name' | 'layout'>,
  parcel: string,
  target: string | undefined,
  good: readonly (string | undefined)[],
): string {
  const from = good.find((place) => place !== undefined)
  if (target === undefined) {
    if (from === undefined) return 'There is no other copy. Look at the disk; keep what is left of it.'
    return (
      `Look at the disk. ${from} has a copy: \`unsilo restore ${name} --from ${from} --parcel ${parcel} --raw --to FOLDER\`, ` +
      `put what that gives in the place of the damaged one in ${layout.data}, then \`unsilo verify ${name}\`.`
    )
  }
  if (good.includes(undefined)) {
    return (
      `Find out why. Move what is there away at ${target}; ` +
      `then \`unsilo publish ${name} --target ${target} --backfill\` copies the one here again.`
    )
  }
  if (from === undefined) return `There is no other copy. Find out why; keep what is left of it at ${target}.`
  return `Find out why. It is not here any more; ${from} has a copy: \`unsilo restore ${name} --from ${from} --parcel ${parcel} --to FOLDER\`.`
}

/** How many files are named; the others are counted. */
const namedFiles = 3

/** They do no harm, but somebody should know who writes there. */
export function extraProblem(place: { parcel: string; target?: string }, extra: readonly string[]): Problem {
  const { parcel, target } = place
  const where = target === undefined ? '' : ` at ${target}`
  const what = extra.length === 1 ? 'a file' : `${extra.length} files`
  const named = extra.slice(0, namedFiles).join(', ')
  const more = extra.length > namedFiles ? `, and ${extra.length - namedFiles} more` : ''
  return {
    severity: 'warning',
    code: 'clash',
    message: `the folder of ${parcel}${where} has ${what} that ${extra.length === 1 ? 'is' : 'are'} no part of it: ${named}${more}`,
    hint: 'It does no harm; find out who puts files there.',
  }
}

/** Parcels that were sealed and are not there, though nothing says that they were pruned. */
export function goneProblems({ name, layout }: Dataset, history: History): Problem[] {
  const gone = history.parcels.filter(({ state, lost }) => state === 'gone' && lost === undefined)
  const newest = gone.at(-1)
  if (newest === undefined) return []
  const what = gone.length === 1 ? `the parcel ${newest.id} is` : `${gone.length} parcels are`
  const which = gone.length === 1 ? '' : `, the newest of them ${newest.id}`
  return [
    {
      severity: 'warning',
      code: 'not-found',
      message: `${what} gone from ${layout.data}${which}, and not by unsilo`,
      hint: `If nobody has removed that on purpose, put it back; \`unsilo show ${name} ${newest.id}\` says which targets have it.`,
    },
  ]
}
