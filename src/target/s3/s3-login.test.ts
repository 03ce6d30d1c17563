import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type SwiftServer, hasSwift, startSwift, swiftKeys, swiftStartMs } from '../../../test/servers/swift.ts'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { UnsiloError } from '../../errors.ts'
import { s3TargetConfig } from '../s3-config.ts'
import { body, listed, never, read } from '../contract-subject.fixture.ts'
import type { Target } from '../target.ts'
import { newBucket, openForTest } from './s3-place.fixture.ts'
import { openS3Target } from './s3.ts'

describe.skipIf(!hasSwift)('signing in at a store', () => {
  let swift: SwiftServer
  beforeAll(async () => {
    swift = await startSwift()
  }, swiftStartMs)
  afterAll(() => swift?.stop())
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
  })

  /** Each thing that may be asked fails alike. */
  const failures = async (target: Target): Promise<UnsiloError[]> => {
    const asking = [
      target.put('in/file', body('x'), never),
      target.get('in/file', never),
      target.remove('in/file', never),
      listed(target),
    ]
    return Promise.all(
      asking.map(async (one) => {
        const error: unknown = await one.then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(UnsiloError)
        return error as UnsiloError
      }),
    )
  }

  it('with a wrong secret fails, and tells no secret', async () => {
    const target = openForTest(swift.endpoint, { bucket: await newBucket(swift) }, { secret: 'wrong-secret' })
    for (const error of await failures(target)) {
      expect(error).toMatchObject({ code: 'auth', retryable: false })
      expect(error.message).toMatch(/^127\.0\.0\.1:\d+ does not accept the secret of this access key$/)
      expect(`${JSON.stringify(error)}${error.stack}`).not.toContain('wrong-secret')
    }
  })

  it('at a bucket that is not there fails', async () => {
    for (const error of await failures(openForTest(swift.endpoint, { bucket: 'no-such-bucket' }))) {
      expect(error).toMatchObject({ code: 'not-found', retryable: false })
      expect(error.message).toContain('there is no bucket no-such-bucket at 127.0.0.1')
    }
  })

  it('with another region fails, and names the right one', async () => {
    const target = openForTest(swift.endpoint, { bucket: await newBucket(swift), region: 'eu-central-1' })
    for (const error of await failures(target)) {
      expect(error).toMatchObject({ code: 'config', retryable: false, hint: 'Set region = "us-east-1".' })
    }
  })

  it.each([
    // A minute more: on a busy machine, time goes by until the answer has come.
    [3_660_000, 'ahead by 1 hour'],
    [-3_600_000, 'behind by '],
  ])('with a clock that is off by %s ms fails each time, and says by how much', async (ms, words) => {
    const target = openForTest(swift.endpoint, { bucket: await newBucket(swift) })
    await target.put('before', body('x'), never)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms, shouldAdvanceTime: true })
    for (let times = 0; times < 2; times++) {
      const error = (await failures(target))[0]!
      expect(error).toMatchObject({ code: 'config', retryable: false })
      expect(error.message).toContain(`the clock of this machine is ${words}`)
    }
    vi.useRealTimers()
    expect(await read(target, 'before')).toBe('x')
  })

  /** Without keys of its own. */
  const openAsTools = (bucket: string, keys: Record<string, unknown> = {}): Target => {
    const config = s3TargetConfig.parse({ kind: 's3', bucket, endpoint: swift.endpoint, ...keys })
    const target = openS3Target('vault', config, targetSurroundings())
    onTestFinished(() => target.close())
    return target
  }

  /** Files and variables of the AWS tools, in place of those of this machine. */
  const toolsOf = (credentials: string, config: string): void => {
    const folder = temporaryFolder()
    const files = { AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config }
    for (const [variable, text] of Object.entries(files)) {
      writeFileSync(join(folder, variable), text)
      vi.stubEnv(variable, join(folder, variable))
    }
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    for (const variable of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
    ]) {
      vi.stubEnv(variable, undefined)
    }
  }
  const { id, secret } = swiftKeys.tester
  const profileOf = (name: string): string =>
    `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`

  it('takes the default profile of the AWS tools, and us-east-1 where they name no region', async () => {
    toolsOf(profileOf('default'), '')
    const target = openAsTools(await newBucket(swift))
    await target.put('in/file', body('x'), never)
    expect(await read(target, 'in/file')).toBe('x')
  })

  it('takes the profile that is named, with its region', async () => {
    toolsOf(profileOf('backup'), '[profile backup]\nregion = eu-north-1\n')
    const bucket = await newBucket(swift)
    await expect(listed(openAsTools(bucket, { profile: 'backup' }))).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('not in eu-north-1') as string,
    })
    expect(await listed(openAsTools(bucket, { profile: 'backup', region: 'us-east-1' }))).toEqual([])
  })

  it('takes the environment of the AWS tools', async () => {
    toolsOf('', '')
    vi.stubEnv('AWS_ACCESS_KEY_ID', id)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret)
    expect(await listed(openAsTools(await newBucket(swift)))).toEqual([])
  })

  it('without any credentials fails, and says how to set them up', async () => {
    toolsOf('', '')
    for (const error of await failures(openAsTools(await newBucket(swift)))) {
      expect(error).toMatchObject({ code: 'auth', retryable: false })
      expect(error.hint).toContain('access_key_id')
    }
  })

  it('reads its secret when it is first used, and again when that failed', async () => {
    const bucket = await newBucket(swift)
    const config = s3TargetConfig.parse({
      kind: 's3',
      bucket,
      endpoint: swift.endpoint,
      access_key_id: id,
      secret_access_key: { env: 'X' },
    })
    let reads = 0
    const target = openS3Target('vault', config, {
      ...targetSurroundings(),
      async readSecret(name) {
        reads += 1
        expect(name).toBe('targets.vault.secret_access_key')
        if (reads === 1) throw new UnsiloError('config', 'the key ring is locked')
        return secret
      },
    })
    onTestFinished(() => target.close())
    expect(reads).toBe(0)
    await expect(listed(target)).rejects.toMatchObject({ message: 'the key ring is locked' })
    expect(await Promise.all([listed(target), listed(target)])).toEqual([[], []])
    expect(reads).toBe(2)
  })
})

describe('keys that belong together', () => {
  it.each([
    [{ access_key_id: 'AKIA' }, 'targets.vault.access_key_id needs `secret_access_key`'],
    [{ secret_access_key: { env: 'X' } }, 'targets.vault.secret_access_key needs `access_key_id`'],
    [{ session_token: { env: 'X' } }, 'targets.vault.session_token needs `access_key_id`'],
    [{ sse_kms_key_id: 'alias/x' }, 'targets.vault.sse_kms_key_id needs `sse = "aws:kms"`'],
  ])('%j', (keys, message) => {
    const config = s3TargetConfig.parse({ kind: 's3', bucket: 'vault', ...keys })
    expect(() => openS3Target('vault', config, targetSurroundings())).toThrow(message)
  })
})
