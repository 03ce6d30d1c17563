import { UnsiloError } from '../../errors.ts'

/** When something on the way, such as the page where one signs in to a wireless network, answers instead. */
export function noStore(host: string): UnsiloError {
  return new UnsiloError('http', `${host} does not answer as an S3 store does`, {
    hint: 'Check `endpoint`; a proxy on the way may have answered, too.',
    retryable: true,
  })
}
