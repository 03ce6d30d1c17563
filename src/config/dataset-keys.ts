import * as z from 'zod'
import { commonKeys } from './common-keys.ts'
import { sourceKeys } from './source-config.ts'
import { viewKeys } from './view-keys.ts'

const { cmd, trash_days, ...others } = commonKeys.shape

/** Every key of a dataset's `config.toml`. The text of `describe` is what docs and editors show. */
export const datasetKeys = z.strictObject({ cmd, ...sourceKeys, ...others, ...viewKeys, trash_days })

export type DatasetKeys = z.output<typeof datasetKeys>
