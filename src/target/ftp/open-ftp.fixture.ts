import { onTestFinished } from 'vitest'
import { targetSurroundings } from '../../../test/support/target-surroundings.ts'
import { openFtpTarget } from '../ftp.ts'
import { type FtpTargetConfig, ftpTargetConfig, ftpsTargetConfig } from '../ftp-config.ts'
import type { Target } from '../target.ts'

interface Login {
  host: string
  port: number
  user: string
  password: string
}

interface More extends Partial<Pick<FtpTargetConfig, 'path' | 'connections'>> {
  kind?: 'ftp' | 'ftps'
  implicit?: boolean
  ca?: string
  silenceMs?: number
}

/** Opens a target that is called "nas"; the test closes it. */
export function openFtp(
  { host, port, user, password }: Login,
  { silenceMs, kind = 'ftp', ...more }: More = {},
): Target {
  const keys = { host, port, user, password: { file: '-' }, ...more }
  const config = kind === 'ftp' ? ftpTargetConfig.parse({ kind, ...keys }) : ftpsTargetConfig.parse({ kind, ...keys })
  const target = openFtpTarget('nas', config, targetSurroundings({ 'targets.nas.password': password }), silenceMs)
  onTestFinished(() => target.close())
  return target
}
