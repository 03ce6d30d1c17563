/** What can be wrong with a dataset: the words of incidents, and of `accept` in its configuration. */
export const causes = [
  'broken',
  'gone',
  'damaged',
  'never',
  'failing',
  'suspect',
  'frozen',
  'late',
  'gap',
  'headroom',
  'unpublished',
  'unverified',
  'undrained',
  'check',
  'view-files',
  'figures',
  'drift',
  'unmeasured',
  'disk',
] as const
export type Cause = (typeof causes)[number]
