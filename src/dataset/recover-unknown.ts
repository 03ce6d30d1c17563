import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { UnsiloError, expectUnsiloError } from '../errors.ts'
import { entryAt, lineOf } from '../ledger/entry.ts'
import type { SealedEvent } from '../ledger/event.ts'
import { detailsOf } from '../ledger/ledger.ts'
import { hashLine } from '../parcel/hash-list.ts'
import { type Manifest, inspectParcel } from '../parcel/manifest.ts'
import type { StoredParcel } from '../parcel/store.ts'
import { hashFile } from '../parcel/verify.ts'
import { type Files, walkFiles } from '../system/files.ts'
import type { Context, Dataset, Problem } from './dataset.ts'
import { footerOf } from './footer.ts'
import { type SealedParcel, isEvent, noteEntry, readHistory, sealedParcels } from './history.ts'
import { openLender } from './packs/lend.ts'
import { recoveredNotes } from './recovered-notes.ts'
import { sealRecovered } from './seal.ts'

/** A parcel that the ledger did not know, or knew as one that could not be read, and what it says of it now. */
export type Recovered = Pick<SealedEvent, 'parcel' | 'state' | 'doubts'>

/** Begins a doubt about what a parcel holds, which ends when somebody puts the right file there. */
const wrongContent = 'its content is wrong: '

/**
 * Parcels that were put there by hand, or by export_manager, or whose ledger is lost, get their line. One whose content is not what its
 * name says, or that is empty, is suspect; when it is replaced, it is looked at again.
 */
export async function recoverUnknown(
  dataset: Dataset,
  context: Context,
): Promise<{ recovered: Recovered[]; problems: Problem[] }> {
  const { files, clock } = context.system
  const { ledger } = dataset.layout
  const recovered: Recovered[] = []
  const problems: Problem[] = []
  const history = readHistory(files, dataset.layout)
  const lender = openLender(dataset, context)
  try {
    for (const record of sealedParcels(history).filter(isByHand)) {
      const { id, stored, ended } = record
      const before = isEvent(ended, 'sealed') ? detailsOf(ended, ledger) : undefined
      if (before !== undefined && before.doubts?.some((doubt) => doubt.startsWith(wrongContent)) !== true) continue
      try {
        expectOne(dataset, stored)
        const { manifest, doubts, notes } = await lender.use(stored, async (lent) => ({
          ...(await look(dataset, context, lent.stored)),
          notes: recoveredNotes(dataset, files, id, lent.stored.path),
        }))
        if (manifest.sha256 === before?.sha256) continue
        const sealed = await sealRecovered(dataset, context, stored, manifest, notes, history, doubts)
        // It counts among those that the next ones are compared with.
        noteEntry(record, entryAt(lineOf(clock.now(), sealed), 0).entry!)
        const { parcel, state, doubts: all } = sealed
        recovered.push({ parcel, state, ...(all === undefined ? {} : { doubts: all }) })
      } catch (error) {
        const { code, message, hint } = expectUnsiloError(error)
        if (code === 'cancelled') throw error
        problems.push({
          severity: 'warning',
          code,
          message: `${id} stays as it is, without a line in the ledger: ${message}`,
          hint,
        })
      }
    }
  } finally {
    await lender.close()
  }
  return { recovered, problems }
}

/** No export of unsilo's has made it. */
function isByHand({ started, ended, state }: SealedParcel): boolean {
  return started === undefined && (ended === undefined || (isEvent(ended, 'sealed') && state === 'suspect'))
}

function expectOne({ layout }: Dataset, { name, others }: StoredParcel): void {
  if (others.length === 0) return
  throw new UnsiloError('clash', `data/ has more than one of it: ${[name, ...others].join(', ')}`, {
    hint: `A parcel is one file or one folder: move the others out of ${layout.data}.`,
  })
}

/** @throws UnsiloError what says nothing of its content; `wrong-content` when it is neither file nor folder */
async function look(
  dataset: Dataset,
  { system: { files }, signal }: Context,
  stored: StoredParcel,
): Promise<{ manifest: Manifest; doubts: string[] }> {
  try {
    const manifest = await inspectParcel(files, stored, { isFooter: footerOf(dataset), signal })
    return { manifest, doubts: [] }
  } catch (error) {
    const { code, message } = expectUnsiloError(error)
    const manifest = code === 'wrong-content' || code === 'empty' ? await listed(files, stored, signal) : undefined
    if (manifest === undefined) throw error
    return { manifest, doubts: [`${wrongContent}${message}`] }
  }
}

/** What is there, whatever it holds; `undefined` when it is no file, nor a folder of files. */
async function listed(files: Files, stored: StoredParcel, signal: AbortSignal): Promise<Manifest | undefined> {
  const { path, isFolder, name } = stored
  if (!isFolder) {
    const isFile = files.list(dirname(path)).some((one) => one.name === basename(path) && one.kind === 'file')
    if (!isFile) return undefined
    return { files: 1, bytes: files.info(path)?.sizeBytes ?? 0, sha256: await hashFile(files, path, signal) }
  }
  const found = [...walkFiles(files, path)].filter(({ kind }) => kind !== 'link')
  if (found.some(({ kind }) => kind !== 'file')) return undefined
  let [bytes, hashList] = [0, '']
  for (const one of found) {
    const full = join(path, one.path)
    bytes += files.info(full)?.sizeBytes ?? 0
    hashList += hashLine(await hashFile(files, full, signal), `${name}/${one.path}`)
  }
  const sha256 = createHash('sha256').update(hashList).digest('hex')
  return { files: found.length, bytes, sha256, hashList }
}
