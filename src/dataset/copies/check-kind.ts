import { drainSetup } from '../drain-setup.ts'
import type { Work } from './work.ts'

/** What may be deleted on a server because a target has it is read back to its last byte. */
export function isCheckedInFull({ settings, dataset, target, name }: Work): boolean {
  const setup = drainSetup(dataset)
  if (setup?.drain.enabled === true && setup.drain.after.targets.includes(name)) return true
  return (settings.check ?? (target.kind === 'folder' ? 'full' : 'sample')) === 'full'
}
