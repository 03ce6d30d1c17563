import { ownColumns } from '../column.ts'

/** Whether a column is one of `fields`: names in which "*" stands for any letters. In SQL, upper and lower case are the same. */
export function isField(column: string, fields: readonly string[]): boolean {
  // Those of the view's own are never encrypted.
  return !ownColumns.includes(column.toLowerCase()) && fields.some((field) => regex(field).test(column))
}

function regex(field: string): RegExp {
  const parts = field.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'is')
}
