import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { UnsiloError } from '../../errors.ts'
import { withVariable } from '../../system/with-variable.ts'
import type { S3TargetConfig } from '../s3-config.ts'
import type { TargetSurroundings } from '../target.ts'
import { throwIfAborted, interrupted } from '../interrupt.ts'
import type { Asked } from './s3-codes.ts'
import { s3Error } from './s3-error.ts'
import { type Sdk, loadSdk } from './sdk.ts'

/** How many requests run at a time, each on a connection that is kept open. */
export const connections = 8

/** A bucket, once signed in. */
export interface Store {
  readonly sdk: Sdk
  /** For messages. */
  readonly host: string
  /** Sends one request. @param doing For messages, as in "read tasks.json". @throws UnsiloError */
  ask<Answer>(doing: string, signal: AbortSignal, request: Request<Answer>): Promise<Answer>
  /** What an error of an answer's body says. */
  explain(error: unknown, doing: string): UnsiloError
  close(): void
}

type Request<Answer> = (client: S3Client, options: { abortSignal: AbortSignal }) => Promise<Answer>

export interface StoreOptions {
  /** Longest time without a byte in either direction, in ms. */
  silenceMs: number
}

/** No connection is made yet. @throws UnsiloError when the SDK, or a secret, cannot be had */
export async function openStore(
  name: string,
  config: S3TargetConfig,
  { clock, readSecret }: Pick<TargetSurroundings, 'clock' | 'readSecret'>,
  { silenceMs }: StoreOptions,
): Promise<Store> {
  const sdk = await loadSdk()
  const { bucket } = config
  const host = config.endpoint === undefined ? 'S3' : new URL(config.endpoint).host
  const settings: S3ClientConfig = {
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.profile === undefined ? {} : { profile: config.profile }),
    ...(await credentialsOf(name, config, readSecret)),
    forcePathStyle: config.path_style ?? config.endpoint !== undefined,
    // The checksums that the SDK adds by default are framed in a way that older stores keep as a part of the file; ours are
    // Content-MD5 and the SHA-256 of the signature.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    // A clock that is off is told, and not adapted to: parcels are named by it.
    disableClockSkewCorrection: true,
    logger: quiet,
    requestHandler: {
      logger: quiet,
      connectionTimeout: Math.min(silenceMs, 30_000),
      socketTimeout: silenceMs,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    },
  }
  const region = config.region ?? (await regionOfTools(sdk, settings))
  const client = createClient(sdk, { ...settings, region })
  const asked = (doing: string): Asked => ({ bucket, host, region, doing, now: clock.now() })
  return {
    sdk,
    host,
    async ask(doing, signal, request) {
      throwIfAborted(signal)
      try {
        return await request(client, { abortSignal: signal })
      } catch (error) {
        throw signal.aborted ? interrupted() : s3Error(error, asked(doing))
      }
    },
    explain: (error, doing) => s3Error(error, asked(doing)),
    close: () => client.destroy(),
  }
}

/** The SDK would write warnings to the console. */
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Keeps what the SDK says of Node.js versions off stderr: it is for those who install it, and not for who runs unsilo. */
export const quietVariable = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'

function createClient(sdk: Sdk, settings: S3ClientConfig): S3Client {
  return withVariable(quietVariable, 'true', () => new sdk.S3Client(settings))
}

/** By environment and profile. Where they name none, the one that other stores expect, too. */
async function regionOfTools(sdk: Sdk, settings: S3ClientConfig): Promise<string> {
  const client = createClient(sdk, settings)
  try {
    return await client.config.region()
  } catch (error) {
    if (error instanceof Error && error.message === 'Region is missing') return 'us-east-1'
    throw new UnsiloError('config', 'the region cannot be read from the settings of the AWS tools', {
      hint: 'Check ~/.aws/config, or set `region`.',
      cause: error,
    })
  } finally {
    client.destroy()
  }
}

async function credentialsOf(
  name: string,
  { access_key_id: id, secret_access_key: secret, session_token: token }: S3TargetConfig,
  readSecret: TargetSurroundings['readSecret'],
): Promise<Pick<S3ClientConfig, 'credentials'>> {
  if (id === undefined || secret === undefined) return {}
  const secretAccessKey = await readSecret(`targets.${name}.secret_access_key`, secret)
  if (token === undefined) return { credentials: { accessKeyId: id, secretAccessKey } }
  const sessionToken = await readSecret(`targets.${name}.session_token`, token)
  return { credentials: { accessKeyId: id, secretAccessKey, sessionToken } }
}
