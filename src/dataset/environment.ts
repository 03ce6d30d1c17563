import { resolveEnvironment } from '../config/secrets.ts'
import { type Redactor, createRedactor } from '../system/redact.ts'
import { systemFiles } from '../system/files.ts'
import type { Dataset } from './dataset.ts'

/** Variables for a dataset's commands, and what keeps their secrets out of logs and messages; none when there are no secrets. */
export interface CommandEnvironment {
  variables: Record<string, string>
  redactor: Redactor | undefined
}

/** @throws UnsiloError `config` when a secret cannot be read */
export async function environmentOf(dataset: Dataset): Promise<CommandEnvironment> {
  const { variables, secrets } = await resolveEnvironment(
    systemFiles,
    dataset.config.environment,
    dataset.layout.folder,
  )
  return { variables, redactor: secrets.length === 0 ? undefined : createRedactor(secrets) }
}
