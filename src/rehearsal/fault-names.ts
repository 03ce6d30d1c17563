/** What can be made to go wrong. */
export const faults = ['token-expired', 'disk-full', 'target-down', 'empty-source', 'never-ran'] as const
export type Fault = (typeof faults)[number]
