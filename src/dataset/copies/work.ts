import { basename } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Target, TransferWatch } from '../../target/target.ts'
import type { Acknowledgements } from '../acknowledgements.ts'
import type { Context, Dataset } from '../dataset.ts'
import type { History } from '../history.ts'
import { type Encryption, openEncryption } from './encryption.ts'
import { type CopyLayout, copyLayout } from './layout.ts'
import type { CopySettings, NamedTarget } from './targets.ts'

/** One target, at work for one dataset. */
export interface Work {
  dataset: Dataset
  context: Context
  history: History
  known: Acknowledgements
  /** Of the target, in `unsilo.toml`. */
  name: string
  target: Target
  settings: CopySettings
  layout: CopyLayout
  encryption: Encryption | undefined
  /** What lies in the place of a parcel, and nobody here can read, is replaced. */
  replaces: boolean
}

/** Opens a target for a dataset; the caller closes it. */
export async function openWork(
  { name, settings, open }: NamedTarget,
  dataset: Dataset,
  context: Context,
  history: History,
  known: Acknowledgements,
  replaces = false,
): Promise<Work> {
  const encryption = await openEncryption(settings)
  const layout = copyLayout(basename(dataset.layout.folder), settings.layout)
  const target = await open(watch(dataset, context, name))
  return { dataset, context, history, known, name, settings, layout, encryption, replaces, target }
}

/** Tells how many bytes have gone there, and how many have come back. */
function watch({ name: dataset }: Dataset, { onProgress }: Context, target: string): TransferWatch | undefined {
  if (onProgress === undefined) return undefined
  let bytes = 0
  const add = (note: string) => (more: number) => {
    bytes += more
    onProgress({ dataset, step: 'publishing', bytes, note })
  }
  return { sent: add(`to ${target}`), received: add(`checking at ${target}`) }
}

export function checkInterrupt({ signal }: Context): void {
  if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
}
