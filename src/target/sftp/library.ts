import { UnsiloError } from '../../errors.ts'

export type Ssh = Pick<typeof import('ssh2'), 'Client' | 'utils'>

/**
 * Loads ssh2: only who has an SFTP target should wait for it.
 *
 * @param load For tests.
 * @throws UnsiloError `missing-program` when it is not installed: it is optional
 */
export async function loadSsh(load = async (): Promise<Ssh> => (await import('ssh2')).default): Promise<Ssh> {
  try {
    return await load()
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new UnsiloError('missing-program', 'SFTP targets need the package ssh2, and it is not installed', {
      hint: 'Install it beside unsilo: npm install --global ssh2 (without --global where unsilo is a dependency).',
      cause: error,
    })
  }
}
