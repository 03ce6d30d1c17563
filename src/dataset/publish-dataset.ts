import { UnsiloError } from '../errors.ts'
import { acknowledgements, damagedAt } from './acknowledgements.ts'
import { targetsOf } from './copies/targets.ts'
import type { Context, Dataset } from './dataset.ts'
import { commitRecords } from './git.ts'
import { readHistory } from './history.ts'
import { withLock } from './lock.ts'
import { type Publication, type PublishOptions, publishParcels } from './publish.ts'
import { type PublishPlan, planPublish } from './publish-plan.ts'
import { alarmProblems } from './verify-alarm.ts'

export interface PublishRequest extends PublishOptions {
  /** Only to these; to all that the dataset publishes to, when there are none. */
  targets: readonly string[]
  dryRun: boolean
}

export interface DatasetPublication extends Publication {
  /** What a dry run would have copied. */
  planned?: PublishPlan
}

/**
 * Copies what targets lack now. A dry run goes by the ledger alone: it opens no target and needs no lock.
 *
 * @throws UnsiloError `usage` for a target that the dataset does not publish to
 */
export async function publishDataset(
  dataset: Dataset,
  context: Context,
  { targets, dryRun, backfill = false }: PublishRequest,
): Promise<DatasetPublication> {
  checkTargets(dataset, targets)
  const isMeant = (name: string): boolean => targets.length === 0 || targets.includes(name)
  const look = (): ReturnType<typeof readHistory> => readHistory(context.system.files, dataset.layout)
  if (dryRun) {
    const history = look()
    const planned = planPublish(dataset, history).filter(({ target }) => isMeant(target))
    const known = acknowledgements(history)
    const damaged = dataset.targets.filter(({ name }) => isMeant(name)).flatMap(({ name }) => damagedAt(known, name))
    return { planned, published: [], withdrawn: [], problems: alarmProblems(dataset, history, damaged) }
  }
  return withLock(dataset, context, async () => {
    const chosen = targetsOf(dataset, context).filter(({ name }) => isMeant(name))
    const done = await publishParcels(dataset, context, look(), chosen, { backfill })
    if (done.published.length > 0) await commitRecords(dataset, context, '[unsilo] publish', [])
    return done
  })
}

function checkTargets(dataset: Dataset, wanted: readonly string[]): void {
  const known = dataset.targets.map(({ name }) => name)
  const unknown = wanted.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new UnsiloError('usage', `${dataset.name} does not publish to "${unknown}"`, {
    hint:
      known.length === 0
        ? `Add \`publish = ["${unknown}"]\` to ${dataset.layout.config}.`
        : `It publishes to ${known.join(', ')}; add the other to \`publish\` in ${dataset.layout.config}.`,
  })
}
