import { afterAll, beforeAll, describe } from 'vitest'
import { hasSwift, startSwift, swiftKeys, type SwiftServer } from '../../../test/servers/swift.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { s3TargetConfig } from '../s3-config.ts'
import type { Target } from '../target.ts'
import { targetContract } from '../target.contract.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { openS3Target } from './s3.ts'

interface Place {
  bucket: string
  port: number
  as?: keyof typeof swiftKeys
}

function open({ bucket, port, as = 'tester', ...more }: Place & Record<string, unknown>): Target {
  const { id, secret } = swiftKeys[as]
  const config = s3TargetConfig.parse({
    kind: 's3',
    bucket,
    endpoint: `http://127.0.0.1:${port}`,
    access_key_id: id,
    secret_access_key: { file: '~/.secrets/s3' },
    part_size: '5 MiB',
    ...more,
  })
  const surroundings = targetSurroundings({ 'targets.vault.secret_access_key': secret })
  return openS3Target('vault', config, surroundings)
}

describe.skipIf(!hasSwift)('S3, as OpenStack Swift speaks it', () => {
  let swift: SwiftServer
  let buckets = 0
  beforeAll(async () => {
    swift = await startSwift()
  })
  afterAll(() => swift.stop())

  const newBucket = async (quotaBytes?: number): Promise<string> => {
    const bucket = `bucket-${++buckets}`
    await swift.makeBucket(bucket, quotaBytes === undefined ? {} : { quotaBytes })
    return bucket
  }

  describe('contract', () => {
    targetContract(async () => {
      const bucket = await newBucket()
      return { open: async () => open({ bucket, port: swift.port, prefix: 'backups/laptop' }) }
    })
  })

  describe('faults', () => {
    targetFaults(async () => {
      const bucket = await newBucket()
      const proxy = await cuttingProxy(swift.port)
      return {
        proxy,
        server: { kill: swift.kill, start: swift.restart },
        // Its cuts count the bytes of one connection, and each part may have its own.
        open: async () => open({ bucket, port: proxy.port, part_size: '16 MB' }),
        full: async () => open({ bucket: await newBucket(4_000_000), port: swift.port }),
        readOnly: async () => open({ bucket: await newBucket(), port: swift.port, as: 'reader' }),
      }
    })
  })
})
