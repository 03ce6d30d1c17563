import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'
import { type SwiftServer, swiftKeys } from '../../../test/servers/swift.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import type { Clock } from '../../system/clock.ts'
import { withVariable } from '../../system/with-variable.ts'
import { s3TargetConfig } from '../s3-config.ts'
import type { Target } from '../target.ts'
import { openS3Target } from './s3.ts'
import { quietVariable } from './store.ts'

interface Opening {
  as?: keyof typeof swiftKeys
  secret?: string
  clock?: Clock
  silenceMs?: number
}

/** A target at this address, with the smallest parts. @param keys More keys of its configuration, or others; undefined takes one away */
export function openS3(endpoint: string, keys: Record<string, unknown>, opening: Opening = {}): Target {
  const { as = 'tester', secret = swiftKeys[as].secret, clock, silenceMs } = opening
  const config = s3TargetConfig.parse({
    kind: 's3',
    endpoint,
    access_key_id: swiftKeys[as].id,
    secret_access_key: { file: '~/.secrets/s3' },
    part_size: '5 MiB',
    ...keys,
  })
  const surroundings = targetSurroundings({
    'targets.vault.secret_access_key': secret,
    'targets.vault.session_token': 'session-token',
  })
  const target = openS3Target(
    'vault',
    config,
    { ...surroundings, ...(clock === undefined ? {} : { clock }) },
    ...(silenceMs === undefined ? [] : [{ silenceMs }]),
  )
  return target
}

/** As openS3; closed when the test ends. */
export function openForTest(...parameters: Parameters<typeof openS3>): Target {
  const target = openS3(...parameters)
  onTestFinished(() => target.close())
  return target
}

let buckets = 0

export async function newBucket(swift: SwiftServer, quotaBytes?: number): Promise<string> {
  const bucket = `bucket-${++buckets}`
  await swift.makeBucket(bucket, quotaBytes === undefined ? {} : { quotaBytes })
  return bucket
}

/** A look at the bucket from outside. */
export function plainClient(swift: SwiftServer): S3Client {
  const { id, secret } = swiftKeys.tester
  const settings: S3ClientConfig = {
    endpoint: swift.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: id, secretAccessKey: secret },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  }
  const client = withVariable(quietVariable, 'true', () => new S3Client(settings))
  onTestFinished(() => client.destroy())
  return client
}
