import { basename } from 'node:path'
import { type UnsiloError, expectUnsiloError } from '../errors.ts'
import type { VerifiedEvent } from '../ledger/event.ts'
import type { ParcelId } from '../parcel/id.ts'
import { logsOf } from '../parcel/layout.ts'
import { mapPool } from '../system/pool.ts'
import { type Acknowledgements, acknowledgements, copiesAt } from './acknowledgements.ts'
import { copyLayout } from './copies/layout.ts'
import { nothingThere } from './copies/presence.ts'
import type { NamedTarget } from './copies/targets.ts'
import { type ComparedCopy, type CopyPlace, verifyCopy } from './copies/verify-copy.ts'
import { checkInterrupt } from './copies/work.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { type History, isEvent, readHistory, sealedParcels } from './history.ts'
import { isWhereItWas, openLender, packedLast } from './packs/lend.ts'
import { unreadProblems } from './packs/unread.ts'
import { verdictsHere } from './verdicts.ts'
import { alarmProblems, extraProblem, goneProblems } from './verify-alarm.ts'
import { filesAtOnce, verifyHere } from './verify-here.ts'
import { type Recorder, openRecorder } from './verify-record.ts'
import { type Candidate, parcelsToVerify } from './verify-sample.ts'

export interface VerifyOptions {
  /** Of the parcels at each place, from above 0 up to 1. */
  share: number
  /** Whether the parcels here are read, too. */
  here: boolean
  targets: readonly NamedTarget[]
}

export interface Verification {
  dataset: string
  /** Here first. */
  places: VerifiedPlace[]
  /** Parcels here that the ledger has no hash of. */
  unverifiable: ParcelId[]
  problems: Problem[]
}

interface VerifiedPlace {
  /** In `unsilo.toml`; missing: here. */
  target?: string
  /** How many parcels it has, as the ledger says, that can be verified. */
  parcels: number
  verified: VerifiedEvent[]
}

/** What one verification works with. */
interface Reading {
  dataset: Dataset
  context: Context
  history: History
  known: Acknowledgements
  recorder: Recorder
  problems: Problem[]
  share: number
}

/**
 * Reads parcels again, here and at targets, and compares them with what was sealed and published. Each verdict is a line of the
 * ledger; nothing is ever mended. A target that fails stops neither the others nor anything else.
 */
export async function verifyDataset(
  dataset: Dataset,
  context: Context,
  { share, here, targets }: VerifyOptions,
): Promise<Verification> {
  const history = readHistory(context.system.files, dataset.layout)
  const known = acknowledgements(history)
  const problems: Problem[] = []
  const recorder = openRecorder(dataset, context, history)
  const reading: Reading = { dataset, context, history, known, recorder, problems, share }
  const sealed = sealedParcels(history)
  const hashed = sealed.filter(({ ended }) => isEvent(ended, 'sealed'))
  if (here) await settle(reading, () => readHere(reading, hashed))
  for (const named of targets) {
    if (context.signal.aborted) break
    await settle(reading, () => readTarget(reading, named), named.name)
  }
  problems.push(...(await recorder.close()))
  const places = [undefined, ...targets.map(({ name }) => name)].flatMap((target): VerifiedPlace[] => {
    if (target === undefined && !here) return []
    return [
      {
        ...(target === undefined ? {} : { target }),
        parcels: target === undefined ? hashed.length : copiesAt(known, target).length,
        verified: recorder.verdicts.filter((one) => one.target === target),
      },
    ]
  })
  const now = readHistory(context.system.files, dataset.layout)
  problems.push(...alarmProblems(dataset, now, recorder.verdicts), ...(here ? goneProblems(dataset, now) : []))
  if (here) problems.push(...unreadProblems(dataset, now, 'error'))
  const unverifiable = here ? sealed.filter(({ ended }) => !isEvent(ended, 'sealed')).map(({ id }) => id) : []
  return { dataset: dataset.name, places, unverifiable, problems }
}

/** Reads at one place; that it cannot be done is a problem, and no verdict. */
async function settle({ problems }: Reading, action: () => Promise<void>, target?: string): Promise<void> {
  try {
    await action()
  } catch (error) {
    problems.push(problemOf(expectUnsiloError(error), target))
  }
}

function problemOf({ code, message, hint }: UnsiloError, target?: string): Problem {
  const where = target === undefined || code === 'cancelled' ? '' : `target ${target}: `
  return { severity: 'error', code, message: `${where}${message}`, hint }
}

async function readHere(reading: Reading, hashed: ReturnType<typeof sealedParcels>): Promise<void> {
  const { dataset, context, history, problems, share } = reading
  const verdicts = verdictsHere(history)
  const candidates = hashed.map((record) => ({
    record,
    parcel: record.id,
    isFolder: record.stored.isFolder,
    isGood: record.state === 'good',
    isDamaged: verdicts.get(record.id)?.ok === false,
    checkedAt: verdicts.get(record.id)?.at ?? record.ended?.at,
  }))
  const chosen = packedLast(parcelsToVerify(candidates, share), ({ record }) => record.stored)
  const lender = openLender(dataset, context)
  const read = async (candidate: (typeof candidates)[number]): Promise<ComparedCopy | undefined> => {
    const { record } = candidate
    const found = await look(candidate)
    if (found === undefined || found.faults.length === 0) return found
    // What was packed or unpacked meanwhile looks as if it were gone, or another one.
    const now = readHistory(context.system.files, dataset.layout).get(record.id)?.stored
    return isWhereItWas(record.stored, now) ? found : undefined
  }
  const look = async ({ record }: (typeof candidates)[number]): Promise<ComparedCopy | undefined> => {
    try {
      return await lender.use(record.stored, (lent) =>
        verifyHere(lent.dataset, context, { ...record, stored: lent.stored }),
      )
    } catch (error) {
      const known = expectUnsiloError(error)
      if (known.code === 'cancelled') throw error
      // Its pack cannot be read.
      if (known.code === 'corrupt') return { files: 0, bytes: 0, faults: [known.message], isGone: false, extra: [] }
      // It is about this one parcel: the next may be read all the same.
      problems.push(problemOf(known))
      return undefined
    }
  }
  try {
    await readChosen(reading, chosen, filesAtOnce, undefined, read)
  } finally {
    await lender.close()
  }
}

async function readTarget(reading: Reading, { name, settings, open }: NamedTarget): Promise<void> {
  const { dataset, context, known, share } = reading
  const copies = copiesAt(known, name)
  if (copies.length === 0) return
  const candidates = copies.map((copy) => ({
    copy,
    parcel: copy.parcel,
    isFolder: copy.folder === true,
    // A suspect parcel is never published.
    isGood: true,
    isDamaged: copy.verdict?.ok === false,
    checkedAt: copy.verdict?.at ?? copy.at,
  }))
  const target = await open()
  try {
    const place: CopyPlace = { target, context, layout: copyLayout(basename(dataset.layout.folder), settings.layout) }
    await expectThere(place, dataset, copies.length)
    await readChosen(reading, parcelsToVerify(candidates, share), target.parallel, name, async ({ copy }) => {
      const listHere = (): string | undefined =>
        context.system.files.readText(logsOf(dataset.layout, copy.parcel).hashes)
      const found = await verifyCopy(place, copy, listHere)
      // A disk that is taken away while it is read looks like copies that are gone, or cannot be read.
      if (found.faults.length > 0) await expectThere(place, dataset, copies.length)
      return found
    })
  } finally {
    await target.close()
  }
}

/** @throws UnsiloError `not-found` when nothing of the dataset is there, as in the empty folder that a disk is mounted on */
async function expectThere({ target, context, layout }: CopyPlace, dataset: Dataset, count: number): Promise<void> {
  for await (const _ of target.list(layout.folder, context.signal)) return
  throw nothingThere({ dataset }, count)
}

/** Parcels that are one file are read side by side, of a folder its files. */
async function readChosen<T extends Candidate & { isFolder: boolean }>(
  reading: Reading,
  chosen: readonly T[],
  parallel: number,
  target: string | undefined,
  read: (one: T) => Promise<ComparedCopy | undefined>,
): Promise<void> {
  const { dataset, context, recorder, problems } = reading
  let count = 0
  const verify = async (one: T): Promise<void> => {
    checkInterrupt(context)
    count += 1
    const note = `${one.parcel} ${target === undefined ? 'here' : `at ${target}`} (${count} of ${chosen.length})`
    context.onProgress?.({ dataset: dataset.name, step: 'verifying', note })
    const found = await read(one)
    if (found === undefined) return
    const { files, bytes, faults, extra } = found
    const place = { parcel: one.parcel, ...(target === undefined ? {} : { target }) }
    const said = faults.length === 0 ? {} : { faults }
    if (extra.length > 0) problems.push(extraProblem(place, extra))
    await recorder.add({ event: 'verified', ...place, ok: faults.length === 0, files, bytes, ...said })
  }
  await mapPool(
    chosen.filter(({ isFolder }) => !isFolder),
    parallel,
    verify,
  )
  for (const one of chosen.filter(({ isFolder }) => isFolder)) await verify(one)
}
