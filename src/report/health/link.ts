import type { Dataset } from '../../dataset/dataset.ts'

/** Where an export by hand is asked for, as the beginning of a hint. */
export function linkHint({ config }: Pick<Dataset, 'config'>): string {
  return config.link === undefined ? '' : `Ask for the export at ${config.link}. `
}
