import { UnsiloError } from '../../errors.ts'
import { networkError } from '../../system/http-error.ts'
import { type AnsweredError, type Asked, type Explanation, busy, explanations, full } from './s3-codes.ts'

/**
 * Says in words why the store, or the way to it, refused. Of what the SDK says nothing is taken over but codes: its errors hold access
 * keys and signatures, and so they are no cause either.
 *
 * @throws `error` itself when it is a bug
 */
export function s3Error(error: unknown, asked: Asked): UnsiloError {
  if (error instanceof UnsiloError) return error
  if (!(error instanceof Error)) throw error
  // The SDK calls lost connections timeouts, too.
  const { code: lost } = error as NodeJS.ErrnoException
  if (error.name === 'TimeoutError' && lost !== undefined) return networkError(error, asked.host)
  const found = explain(error, asked)
  if (found !== undefined) {
    const { code, message, hint, retryable = false } = found
    return new UnsiloError(code, message, { hint, retryable })
  }
  if (lost !== undefined) return networkError(error, asked.host)
  throw error
}

function explain(error: AnsweredError, asked: Asked): Explanation | undefined {
  const { bucket, host, doing } = asked
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode
  // Without a body, as to HEAD, the SDK's names are those of statuses.
  const name = error.name
  const known = explanations[name]?.(asked, error) ?? explainByKind(name, asked)
  if (known !== undefined) return known
  if (status === undefined) return undefined
  // What is no name of S3 may be anything that a proxy has said.
  const said = /^[A-Za-z.]{3,60}$/.test(name) && name !== 'Error' ? ` ${name}` : ''
  const answer = `cannot ${doing} in the bucket ${bucket}: ${host} answered HTTP ${status}${said}`
  const checkAddress = 'Check the address and the bucket; a proxy on the way may have answered, too.'
  if (status === 507 || status === 413) return full(asked)
  if (status >= 500 || status === 429 || status === 408) return busy(answer)
  if (status === 401 || status === 403) return explanations.AccessDenied!(asked, error)
  if (status === 404) return { code: 'not-found', message: answer, hint: checkAddress }
  if (status === 301 || status === 307) return explanations.PermanentRedirect!(asked, error)
  if (status >= 200 && status < 300) {
    return { code: 'http', message: `${host} does not answer as an S3 store does`, hint: checkAddress, retryable: true }
  }
  return { code: 'http', message: answer, hint: 'The documentation of the store says what that means.' }
}

function explainByKind(name: string, { host, doing }: Asked): Explanation | undefined {
  if (name === 'TimeoutError') {
    return {
      code: 'timeout',
      message: `${host} does not answer`,
      hint: 'Check the network, then run again.',
      retryable: true,
    }
  }
  if (!name.startsWith('KMS.')) return undefined
  return {
    code: 'config',
    message: `cannot ${doing}: the key that the store is to encrypt with cannot be used (${name})`,
    hint: 'Check `sse_kms_key_id`, the policy of that key, and its region.',
  }
}
