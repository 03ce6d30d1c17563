import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Bytes } from '../../codec/codec.ts'
import { UnsiloError } from '../../errors.ts'
import { orMissing } from '../../target/look.ts'
import type { Target } from '../../target/target.ts'
import { ageSuffix } from '../copies/encryption.ts'
import { type CopyManifest, manifestName, parseCopyManifest } from '../copies/manifest.ts'
import type { CopySettings, NamedTarget } from '../copies/targets.ts'
import type { Context } from '../dataset.ts'

/** A target that something is restored from. */
export interface Place {
  /** In the configuration. */
  name: string
  target: Target
  settings: CopySettings
  context: Context
  /** Secret keys of age, where copies are encrypted. */
  identities: readonly string[]
}

/** What is needed to restore from a target. */
export interface PlaceOptions {
  from: NamedTarget
  identities: readonly string[]
}

/** Opens the place for as long as `action` takes. */
export async function withPlace<T>(
  { from, identities }: PlaceOptions,
  context: Context,
  action: (place: Place) => Promise<T>,
): Promise<T> {
  const { name, settings } = from
  const target = await from.open()
  try {
    return await action({ name, target, settings, context, identities })
  } finally {
    await target.close()
  }
}

/** Folders there that have a manifest, in the order of their names. */
export async function datasetsAt({ target, context }: Place): Promise<string[]> {
  const names = new Set<string>()
  for await (const { path } of target.list('', context.signal)) {
    const [folder, name, ...below] = path.split('/')
    if (below.length > 0 || (name !== manifestName && name !== `${manifestName}${ageSuffix}`)) continue
    if (isFolderName(folder!)) names.add(folder!)
  }
  return [...names].sort()
}

/** A folder of this name is right below the root, and is not one that unsilo passes over. */
function isFolderName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !name.includes('\0')
}

/** @param folder Of the dataset there. @throws UnsiloError `not-found` that says what there is; `corrupt` */
export async function manifestAt(place: Place, folder: string): Promise<CopyManifest> {
  const path = `${folder}/${manifestName}`
  const text = isFolderName(folder) && !folder.includes('/') ? await recordAt(place, path) : undefined
  if (text === undefined) throw await noManifest(place, folder)
  const manifest = parseCopyManifest(text, `${path} at ${place.name}`)
  const ids = new Set(manifest.parcels.map(({ id }) => id))
  const parcels = manifest.parcels.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  if (ids.size === parcels.length) return { ...manifest, parcels }
  throw new UnsiloError('corrupt', `${path} at ${place.name} names a parcel twice`, {
    hint: 'Look at it; RECOVER.md there says how to do without it.',
  })
}

async function noManifest(place: Place, folder: string): Promise<UnsiloError> {
  const names = await datasetsAt(place)
  const hint =
    names.length === 0
      ? 'Nothing was published there, or its path or prefix is another.'
      : `It has: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}.`
  return new UnsiloError('not-found', `${place.name} has no ${folder}/${manifestName}: no dataset of that name`, {
    hint,
  })
}

/** A small file there as text, decrypted where it is encrypted; `undefined` when there is none. */
export async function recordAt(place: Place, path: string): Promise<string | undefined> {
  const names = [path, `${path}${ageSuffix}`]
  // A place where encryption was switched on, or off, has both; the other one is old.
  if (place.settings.encrypt !== undefined) names.reverse()
  for (const name of names) {
    const found = await orMissing(buffer(bytesAt(place, name, name.endsWith(ageSuffix))))
    if (found !== undefined) return found.toString('utf8')
  }
  return undefined
}

/** The bytes of a file there. @throws UnsiloError `not-found`; `usage` when it is encrypted and there is no key */
export async function* bytesAt(place: Place, path: string, isEncrypted: boolean): Bytes {
  const { target, context, identities } = place
  const body: Readable = await target.get(path, context.signal)
  if (!isEncrypted) {
    yield* body as Bytes
    return
  }
  if (identities.length === 0) {
    body.destroy()
    throw needsKey(place)
  }
  const { decrypt } = await import('../../codec/age.ts')
  try {
    yield* decrypt(body as Bytes, identities)
  } catch (error) {
    throw error instanceof UnsiloError ? atPlace(error, place, path) : error
  }
}

function needsKey(place: Place): UnsiloError {
  return new UnsiloError('usage', `what ${place.name} has is encrypted, and there is no key`, {
    hint: `Name the file of the secret key, as age-keygen writes it: --identity FILE.${sayRecipients(place)}`,
  })
}

/** Errors of decryption do not know what they are about. */
function atPlace(error: UnsiloError, place: Place, path: string): UnsiloError {
  if (error.code !== 'auth' && error.code !== 'corrupt') return error
  const told = error.code === 'auth' ? `${error.hint ?? ''}${sayRecipients(place)}` : error.hint
  return new UnsiloError(error.code, `${path} at ${place.name}: ${error.message}`, {
    cause: error,
    ...(told === undefined ? {} : { hint: told }),
  })
}

function sayRecipients({ settings }: Place): string {
  const keys = settings.encrypt?.recipients ?? []
  if (keys.length === 0) return ''
  return ` Its configuration names the public ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')}.`
}
