import { type PluginForm, loadPlugin } from '../../plugin/load-plugin.ts'
import type { Files } from '../../system/files.ts'
import type { SourceDefinition } from './define-source.ts'

const form: PluginForm = { adds: 'source', call: 'export', start: 'the dataset' }

/** @throws UnsiloError `config` that names the file */
export async function loadSourceModule(module: string, folder: string, files: Files): Promise<SourceDefinition> {
  return (await loadPlugin(module, folder, files, form)) as SourceDefinition
}
