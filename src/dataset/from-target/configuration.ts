import { join } from 'node:path'
import { rootFileName } from '../../config/find-root.ts'
import { replaceFile } from '../../system/replace-file.ts'
import { type Place, recordAt } from './place.ts'

/** `beside`: there is another one, so it is in `unsilo.restored.toml`. `none`: the target has none. */
export type PutConfiguration = 'restored' | 'same' | 'beside' | 'none'

/** Brings `unsilo.toml` back, and replaces none. */
export async function putConfiguration(place: Place, root: string): Promise<PutConfiguration> {
  const { files } = place.context.system
  const text = await recordAt(place, rootFileName)
  if (text === undefined) return 'none'
  const own = files.readText(join(root, rootFileName))
  if (own === text) return 'same'
  await replaceFile(files, join(root, own === undefined ? rootFileName : 'unsilo.restored.toml'), text)
  return own === undefined ? 'restored' : 'beside'
}
