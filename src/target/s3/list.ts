import type { TargetFile } from '../target.ts'
import { type Keys, decodeKey } from './key.ts'
import { noStore } from './no-store.ts'
import type { Store } from './store.ts'

/** @param prefix A folder of the target. */
export async function* listFiles(
  store: Store,
  bucket: string,
  keys: Keys,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<TargetFile> {
  const start = { Bucket: bucket, Prefix: keys.ofFolder(prefix), EncodingType: 'url' } as const
  const doing = prefix === '' ? 'list the files' : `list the files of ${prefix}`
  let token: string | undefined
  do {
    const input = token === undefined ? start : { ...start, ContinuationToken: token }
    const page = await store.ask(doing, signal, (client, options) =>
      client.send(new store.sdk.ListObjectsV2Command(input), options),
    )
    if (page.Name === undefined && page.KeyCount === undefined && page.IsTruncated === undefined)
      throw noStore(store.host)
    for (const { Key: key, Size: sizeBytes } of page.Contents ?? []) {
      const path = key === undefined ? undefined : keys.pathOf(decodeKey(key, page.EncodingType))
      if (path !== undefined && sizeBytes !== undefined) yield { path, sizeBytes }
    }
    // A page holds at most 1,000 keys; the token, not the count, tells when to stop (S3 API, "ListObjectsV2").
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}
