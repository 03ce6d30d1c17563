import { UnsiloError } from '../../errors.ts'

export type Sdk = typeof import('@aws-sdk/client-s3')

/**
 * Loads the AWS SDK, which takes a while: only who has an S3 target should wait for it.
 *
 * @param load For tests.
 * @throws UnsiloError `missing-program` when it is not installed: it is optional
 */
export async function loadSdk(load = (): Promise<Sdk> => import('@aws-sdk/client-s3')): Promise<Sdk> {
  try {
    return await load()
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new UnsiloError(
      'missing-program',
      'S3 targets need the package @aws-sdk/client-s3, and it is not installed',
      {
        hint: 'Install it beside unsilo: npm install --global @aws-sdk/client-s3 (without --global where unsilo is a dependency).',
        cause: error,
      },
    )
  }
}
