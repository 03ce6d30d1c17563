import { readSecret } from '../../config/secrets.ts'
import type { TargetConfig } from '../../config/target-config.ts'
import type { SecretReference } from '../../system/schema.ts'
import { openTarget } from '../../target/all.ts'
import type { Target, TransferWatch } from '../../target/target.ts'
import type { Context, Dataset } from '../dataset.ts'

/** What `unsilo.toml` says of how parcels are copied to a target. */
export type CopySettings = Pick<TargetConfig, 'layout' | 'check' | 'encrypt' | 'retention' | 'max_delete'>

export interface NamedTarget {
  /** In `unsilo.toml`. */
  name: string
  settings: CopySettings
  /** @param watch Told of the bytes that go there and come back. */
  open(watch?: TransferWatch): Promise<Target>
}

/** The targets of a dataset; none is opened before it is used. */
export function targetsOf(dataset: Dataset, context: Context): NamedTarget[] {
  return dataset.targets.map(({ name, config }) => namedTarget(name, config, dataset.root, context))
}

/** @param root Where relative paths of its configuration start. */
export function namedTarget(name: string, config: TargetConfig, root: string, { system }: Context): NamedTarget {
  const read = (key: string, reference: SecretReference): Promise<string> =>
    readSecret(system.files, key, reference, root)
  return {
    name,
    settings: config,
    open: (watch) =>
      openTarget(name, config, { ...system, root, readSecret: read, ...(watch === undefined ? {} : { watch }) }),
  }
}
