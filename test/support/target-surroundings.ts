import { UnsiloError } from '../../src/errors.ts'
import { realSystem } from '../../src/system/system.ts'
import type { TargetSurroundings } from '../../src/target/target.ts'

/** What a target of a test may use: the real machine, a root that is nowhere, and secrets by the name of their key. */
export function targetSurroundings(secrets: Readonly<Record<string, string>> = {}): TargetSurroundings {
  return {
    ...realSystem,
    root: '/nowhere',
    async readSecret(name) {
      const secret = secrets[name]
      if (secret === undefined) throw new UnsiloError('config', `${name}: there is no such secret`)
      return secret
    },
  }
}
