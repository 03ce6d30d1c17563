/** How something that a stream configures, or does not, is beside what its page shows. */
export interface Comparison {
  key: 'format' | 'items' | 'key' | 'page' | 'size' | 'cursor' | 'window' | 'high_water'
  /** `unseen`: this page does not show whether it fits. */
  status: 'fits' | 'differs' | 'missing' | 'unseen'
  message: string
}

/** `1 record`, `3 records`. */
export function sayRecords(count: number): string {
  return `${count} record${count === 1 ? '' : 's'}`
}
