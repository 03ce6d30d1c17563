import { UnsiloError } from '../../errors.ts'
import { checkOptions } from '../../plugin/check-options.ts'
import { pluginError } from '../../plugin/plugin-error.ts'
import { secretReader } from '../../plugin/read-secret.ts'
import { createRedactor } from '../../system/redact.ts'
import type { Target, TargetSurroundings } from '../target.ts'
import type { PluginTargetConfig } from './config.ts'
import { confineTarget } from './confined-target.ts'
import type { ModuleTarget } from './define-target.ts'
import { loadTargetModule } from './load-target-module.ts'

type Given = Pick<TargetSurroundings, 'files' | 'root' | 'readSecret' | 'bytesPerSecond'>

/**
 * A target that a module defines. What the module does wrong is told as its failure, and never as a fault of unsilo.
 *
 * @param graceMs How long a module has to end by itself after an interrupt.
 */
export async function openPluginTarget(
  name: string,
  { module, options }: PluginTargetConfig,
  { files, root, readSecret, bytesPerSecond }: Given,
  graceMs = 5000,
): Promise<Target> {
  const definition = await loadTargetModule(module, root, files)
  const who = `${module} (targets.${name})`
  const checked = await checkOptions(definition, options)
  if ('problems' in checked) {
    const said = checked.problems.map(
      ({ path, message }) => [`targets.${name}`, ...path.map(String)].join('.') + `: ${message}`,
    )
    throw new UnsiloError('config', said.join('; '), { hint: '`unsilo config validate` says where that stands.' })
  }
  const redactor = createRedactor([])
  const explain = (error: unknown): UnsiloError => pluginError(error, module, redactor, who)
  const read = secretReader(who, redactor, (reference) => readSecret(`targets.${name}`, reference))
  let target: ModuleTarget
  try {
    target = await definition.open(checked.options, { name, root, bytesPerSecond, readSecret: read })
  } catch (error) {
    throw explain(error)
  }
  const fault = faultOf(target)
  if (fault === undefined) return confineTarget(target, { who, explain, graceMs })
  throw new UnsiloError('usage', `${who} opens something that is no target: ${fault}`, {
    hint: 'Let `open` return { list, put, get, remove, close }, and parallel, putAll, move and removeFolder where it has them.',
  })
}

const needed = ['list', 'put', 'get', 'remove', 'close'] as const
const optional = ['putAll', 'move', 'removeFolder'] as const

function faultOf(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null) return 'it is no object'
  const given = target as Partial<Record<keyof Target, unknown>>
  const lacking = needed.filter((method) => given[method] === undefined)
  if (lacking.length > 0) return `it has no \`${lacking.join('`, `')}\``
  const wrong = [...needed, ...optional].find((method) => !['function', 'undefined'].includes(typeof given[method]))
  if (wrong !== undefined) return `its \`${wrong}\` is no function`
  const { parallel = 1 } = given
  return Number.isSafeInteger(parallel) && (parallel as number) > 0
    ? undefined
    : 'its `parallel` is no whole number from 1'
}
