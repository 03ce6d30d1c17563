import { type PluginForm, loadPlugin } from '../../plugin/load-plugin.ts'
import type { Files } from '../../system/files.ts'
import type { TargetDefinition } from './define-target.ts'

const form: PluginForm = { adds: 'target', call: 'open', start: 'the root' }

/** @throws UnsiloError `config` that names the file */
export async function loadTargetModule(module: string, root: string, files: Files): Promise<TargetDefinition> {
  return (await loadPlugin(module, root, files, form)) as TargetDefinition
}
