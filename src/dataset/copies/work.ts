import { basename } from 'node:path'
import { UnsiloError } from '../../errors.ts'
import type { Target } from '../../target/target.ts'
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
}

/** Opens a target for a dataset; the caller closes it. */
export async function openWork(
  { name, settings, open }: NamedTarget,
  dataset: Dataset,
  context: Context,
  history: History,
  known: Acknowledgements,
): Promise<Work> {
  const encryption = await openEncryption(settings)
  const layout = copyLayout(basename(dataset.layout.folder), settings.layout)
  return { dataset, context, history, known, name, settings, layout, encryption, target: await open() }
}

export function checkInterrupt({ signal }: Context): void {
  if (signal.aborted) throw new UnsiloError('cancelled', 'interrupted')
}
