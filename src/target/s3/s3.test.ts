import { afterAll, beforeAll, describe } from 'vitest'
import { type SwiftServer, hasSwift, startSwift, swiftPageSize, swiftStartMs } from '../../../test/servers/swift.ts'
import { cuttingProxy } from '../../../test/support/cutting-proxy.ts'
import { targetFaults } from '../target-faults.contract.ts'
import { targetContract } from '../target.contract.ts'
import { newBucket, openS3 } from './s3-place.fixture.ts'

describe.skipIf(!hasSwift)('a bucket of OpenStack Swift (skipped where it is not installed: npm run setup)', () => {
  let swift: SwiftServer
  beforeAll(async () => {
    swift = await startSwift()
  }, swiftStartMs)
  afterAll(() => swift?.stop())

  describe('when all is well', () => {
    targetContract(async () => {
      const bucket = await newBucket(swift)
      return { open: async () => openS3(swift.endpoint, { bucket, prefix: 'backups/laptop' }), pageSize: swiftPageSize }
    })
  })

  describe('when something fails', () => {
    targetFaults(async () => {
      const bucket = await newBucket(swift)
      const proxy = await cuttingProxy(swift.port)
      // Cuts count the bytes of one connection, and each part may have its own: so there is a part that is long enough.
      const part = { part_size: '16 MB' }
      return {
        proxy,
        server: { kill: swift.kill, start: swift.restart },
        open: async () => openS3(`http://127.0.0.1:${proxy.port}`, { bucket, ...part }),
        full: async () => openS3(swift.endpoint, { bucket: await newBucket(swift, 4_000_000), ...part }),
        readOnly: async () => openS3(swift.endpoint, { bucket: await newBucket(swift) }, { as: 'reader' }),
      }
    })
  })
})
