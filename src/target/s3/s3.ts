import type { StorageClass } from '@aws-sdk/client-s3'
import { UnsiloError } from '../../errors.ts'
import type { S3TargetConfig } from '../s3-config.ts'
import type { Target, TargetSurroundings } from '../target.ts'
import { getFile } from './get.ts'
import { throwIfAborted } from '../interrupt.ts'
import { keysBelow } from './key.ts'
import { listFiles } from './list.ts'
import { createPartMemory } from './part-memory.ts'
import { partSize } from './part-size.ts'
import { putFile } from './put.ts'
import { type Store, type StoreOptions, connections, openStore } from './store.ts'

/** For parts that are on their way: two of the usual size. */
const memoryBytes = 32e6

/**
 * Files are keys of a bucket, and folders only what keys begin with. A file that is put is there all at once (S3: PutObject and
 * CompleteMultipartUpload are atomic), so no temporary names are needed.
 *
 * @throws UnsiloError `config`
 */
export function openS3Target(
  name: string,
  config: S3TargetConfig,
  surroundings: Pick<TargetSurroundings, 'clock' | 'readSecret'>,
  options: StoreOptions = { silenceMs: 60_000 },
): Target {
  checkTogether(name, config)
  const { bucket } = config
  const keys = keysBelow(config.prefix)
  const memory = createPartMemory(memoryBytes)
  let opening: Promise<Store> | undefined

  const open = (): Promise<Store> => {
    opening ??= openStore(name, config, surroundings, options).catch((error: unknown) => {
      // What has failed, such as a secret that is not there yet, is tried again.
      opening = undefined
      throw error
    })
    return opening
  }

  return {
    kind: 's3',
    parallel: connections,
    async *list(prefix, signal) {
      keys.ofFolder(prefix)
      yield* listFiles(await open(), bucket, keys, prefix, signal)
    },
    async put(path, openBody, signal, known) {
      const key = keys.ofFile(path)
      throwIfAborted(signal)
      const put = {
        store: await open(),
        bucket,
        key,
        doing: `write ${key}`,
        signal,
        known,
        options: storageOf(config),
        clock: surroundings.clock,
      }
      return putFile(put, openBody, partSize(config.part_size, known?.sizeBytes ?? 0), memory)
    },
    async get(path, signal, range) {
      const key = keys.ofFile(path)
      return getFile({ store: await open(), bucket, key, doing: `read ${key}`, signal, range })
    },
    async remove(path, signal) {
      const key = keys.ofFile(path)
      const store = await open()
      await store.ask(`remove ${key}`, signal, (client, sending) =>
        client
          .send(new store.sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), sending)
          .catch((error: unknown) => {
            // S3 says that it has removed what was not there; some other stores say that it was not there.
            if (!(error instanceof Error && error.name === 'NoSuchKey')) throw error
          }),
      )
    },
    async close() {
      const store = await opening?.catch(() => undefined)
      store?.close()
    },
  }
}

function storageOf(config: S3TargetConfig): {
  StorageClass?: StorageClass
  ServerSideEncryption?: 'AES256' | 'aws:kms'
  SSEKMSKeyId?: string
} {
  const { storage_class: storageClass, sse, sse_kms_key_id: key } = config
  return {
    // Other stores have classes of their own.
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
    ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
    ...(key === undefined ? {} : { SSEKMSKeyId: key }),
  }
}

/** Keys that are of use together alone. */
function checkTogether(name: string, config: S3TargetConfig): void {
  const isSet = (key: keyof S3TargetConfig): boolean => config[key] !== undefined
  const lacking = (key: string, needed: string): UnsiloError =>
    new UnsiloError('config', `targets.${name}.${key} needs ${needed}`, { hint: 'Set both, or leave both out.' })
  if (isSet('access_key_id') && !isSet('secret_access_key')) throw lacking('access_key_id', '`secret_access_key`')
  if (isSet('secret_access_key') && !isSet('access_key_id')) throw lacking('secret_access_key', '`access_key_id`')
  if (isSet('session_token') && !isSet('access_key_id')) throw lacking('session_token', '`access_key_id`')
  if (isSet('sse_kms_key_id') && config.sse !== 'aws:kms') throw lacking('sse_kms_key_id', '`sse = "aws:kms"`')
}
