import type { ErrorCode } from '../../errors.ts'
import { sayDuration } from '../../system/duration.ts'

/** What is asked of the store, for messages. */
export interface Asked {
  bucket: string
  /** The name of the host, or "S3" for Amazon's own. */
  host: string
  region: string
  /** As in "write backups/tasks.json". */
  doing: string
  /** The time of day. */
  now: Date
}

/** What the SDK adds to its errors, where the store has answered; AWS SDK for JavaScript v3, "Handling service errors". */
export interface AnsweredError extends Error {
  $metadata?: { httpStatusCode?: number }
  $response?: { statusCode?: number; headers?: Record<string, string> }
  Region?: string
}

export interface Explanation {
  code: ErrorCode
  message: string
  hint: string
  retryable?: boolean
}

type Explain = (asked: Asked, error: AnsweredError) => Explanation

const noBucket: Explain = ({ bucket, host }) => ({
  code: 'not-found',
  message: `there is no bucket ${bucket} at ${host}`,
  hint: 'Create it, or check `bucket`, `endpoint` and `path_style`.',
})

const wrongRegion: Explain = ({ bucket, host, region }, error) => {
  const right = error.Region ?? error.$response?.headers?.['x-amz-bucket-region']
  const hint = right === undefined ? 'Set `region` to that of the bucket.' : `Set region = "${right}".`
  return {
    code: 'config',
    message: `the bucket ${bucket} of ${host} is in ${right === undefined ? 'another region' : right}, not in ${region}`,
    hint,
  }
}

const wrongKey: Explain = ({ host }) => ({
  code: 'auth',
  message: `${host} does not know this access key`,
  hint: 'Check `access_key_id`, or the credentials that the AWS tools use (aws sts get-caller-identity).',
})

const wrongSecret: Explain = ({ host }) => ({
  code: 'auth',
  message: `${host} does not accept the secret of this access key`,
  hint: 'Check `secret_access_key`, or the credentials that the AWS tools use (aws sts get-caller-identity).',
})

const expired: Explain = ({ host }) => ({
  code: 'auth',
  message: `the credentials for ${host} have expired`,
  hint: 'Sign in again, as with `aws sso login`, or renew `session_token`.',
})

const noCredentials: Explain = ({ host }) => ({
  code: 'auth',
  message: `there are no credentials for ${host}, or they cannot be had`,
  hint:
    'Set `access_key_id` and `secret_access_key`; or set up the AWS tools (aws configure, aws sso login) so that ' +
    '`aws sts get-caller-identity` works.',
})

const denied: Explain = ({ bucket, host, doing }) => ({
  code: 'not-permitted',
  message: `${host} does not allow to ${doing} in the bucket ${bucket}`,
  hint: 'Check the policies of the user and of the bucket: docs/targets/s3.md has the least that is needed.',
})

const clockIsOff: Explain = ({ host, now }, error) => {
  const there = Date.parse(error.$response?.headers?.['date'] ?? '')
  const offMs = now.getTime() - there
  const by = `by ${sayDuration(Math.max(1000, Math.round(Math.abs(offMs) / 1000) * 1000))}`
  const off = Number.isNaN(offMs) ? 'wrong' : `${offMs > 0 ? 'ahead' : 'behind'} ${by}`
  return {
    code: 'config',
    message: `the clock of this machine is ${off}, as ${host} sees it, and so it takes no request`,
    hint: 'Set the clock (timedatectl set-ntp true).',
  }
}

const tooLarge: Explain = (asked) => full(asked)

const damaged: Explain = ({ bucket, host, doing }) =>
  busy(`cannot ${doing} in the bucket ${bucket}: what arrived at ${host} is not what was sent`)

const overloaded: Explain = ({ bucket, host, doing }, { name }) =>
  busy(`cannot ${doing} in the bucket ${bucket} now: ${host} says ${name}`)

/** By the codes of S3 (Amazon S3 API Reference, "Error responses"), and the names of the SDK's own errors. */
export const explanations: Record<string, Explain> = {
  NoSuchBucket: noBucket,
  NoSuchKey: ({ bucket, doing }) => ({
    code: 'not-found',
    message: `cannot ${doing} in the bucket ${bucket}: there is no such file`,
    hint: 'Check the path.',
  }),
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  InvalidAccessKeyId: wrongKey,
  SignatureDoesNotMatch: wrongSecret,
  AuthorizationHeaderMalformed: wrongRegion,
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  InvalidToken: expired,
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  RequestTimeTooSkewed: clockIsOff,
  RequestExpired: clockIsOff,
  EntityTooLarge: tooLarge,
  QuotaExceeded: tooLarge,
  XMinioStorageFull: tooLarge,
  BadDigest: damaged,
  InvalidDigest: damaged,
  XAmzContentSHA256Mismatch: damaged,
  IncompleteBody: damaged,
  SlowDown: overloaded,
  ServiceUnavailable: overloaded,
  InternalError: overloaded,
  RequestTimeout: overloaded,
  OperationAborted: overloaded,
  TooManyRequests: overloaded,
  NoSuchUpload: ({ host, doing }) => busy(`cannot ${doing}: ${host} has dropped the parts that were sent`),
  InvalidPart: ({ host, doing }) => busy(`cannot ${doing}: ${host} no longer has all of the parts that were sent`),
  InvalidObjectState: ({ bucket, doing }) => ({
    code: 'not-permitted',
    message: `cannot ${doing} in the bucket ${bucket}: it is archived, and has to be restored first`,
    hint: 'Restore it with the tools of the store (aws s3api restore-object), then run again.',
  }),
  KeyTooLongError: ({ doing }) => ({
    code: 'usage',
    message: `cannot ${doing}: with its folders, the name is longer than S3 allows (1,024 bytes)`,
    hint: 'Use a shorter `prefix`, or shorter names.',
  }),
  InvalidStorageClass: ({ host }) => ({
    code: 'config',
    message: `${host} has no such storage class`,
    hint: 'Check `storage_class`.',
  }),
  InvalidBucketName: ({ bucket }) => ({
    code: 'config',
    message: `${bucket} is no name that a bucket can have`,
    hint: 'Check `bucket`: it is the name alone, without "s3://" and without a folder, which belongs into `prefix`.',
  }),
  NotImplemented: ({ host, doing }) => ({
    code: 'config',
    message: `cannot ${doing}: ${host} does not know how`,
    hint: 'Leave out `storage_class` and `sse`: not every store has them.',
  }),
}

export function full({ bucket, host, doing }: Asked): Explanation {
  return {
    code: 'no-space',
    message: `cannot ${doing}: ${host} has no room for it in the bucket ${bucket}`,
    hint: 'Free some space there, raise its quota, or look at the largest size that it takes.',
  }
}

export function busy(message: string): Explanation {
  return { code: 'http', message, hint: 'It may work later.', retryable: true }
}
