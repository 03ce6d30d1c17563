import { text } from 'node:stream/consumers'
import { orMissing } from '../../target/look.ts'
import { type CopyManifest, parseCopyManifest } from './manifest.ts'
import type { Work } from './work.ts'

/** @returns `undefined` when there is none yet. @throws UnsiloError `corrupt` */
export async function readManifest(
  { target, context }: Pick<Work, 'target' | 'context'>,
  path: string,
): Promise<CopyManifest | undefined> {
  const body = await orMissing(target.get(path, context.signal))
  return body === undefined ? undefined : parseCopyManifest(await text(body), path)
}
