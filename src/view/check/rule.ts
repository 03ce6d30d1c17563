/** Rules about the values of one column. */
export const columnRules = ['not_null', 'unique', 'min', 'max', 'values', 'pattern', 'missing'] as const
export type Rule = (typeof columnRules)[number] | 'rows' | 'sql' | 'decrypt'
