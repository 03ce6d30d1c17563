import type { Fields, Shape } from './shape.ts'

/** In this order, whatever came first. */
const plainTypes = ['string', 'number', 'bigint', 'boolean', 'null']

/** A type in TypeScript. @param indent Spaces before the line that it begins on. */
export function printShape(shape: Shape, indent = ''): string {
  const options = optionsOf(shape, indent)
  return options.length === 0 ? 'unknown' : options.join(' | ')
}

/** True for what is an object and nothing else, with names that are known: an interface. */
export function isInterface(shape: Shape): boolean {
  return shape.fields?.named !== undefined && !shape.isAny && shape.plain.size === 0 && shape.elements === undefined
}

function optionsOf(shape: Shape, indent: string): string[] {
  if (shape.isAny) return []
  const plain = plainTypes.filter((type) => shape.plain.has(type))
  const nulls = plain.filter((type) => type === 'null')
  const lists = shape.elements === undefined ? [] : [listOf(shape.elements, indent)]
  const objects = shape.fields === undefined ? [] : [printFields(shape.fields, indent)]
  return [...plain.filter((type) => type !== 'null'), ...lists, ...objects, ...nulls]
}

function listOf(elements: Shape, indent: string): string {
  const options = optionsOf(elements, indent)
  const [only = 'unknown', ...others] = options
  return others.length === 0 ? `${only}[]` : `(${options.join(' | ')})[]`
}

export function printFields({ named, values, objects }: Fields, indent: string): string {
  if (named === undefined) return `Record<string, ${printShape(values, indent)}>`
  if (named.size === 0) return 'Record<string, never>'
  const inner = `${indent}  `
  const lines = [...named]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { shape, count }]) => {
      const isOptional = count < objects
      return `${inner}${propertyName(name)}${isOptional ? '?' : ''}: ${printShape(shape, inner)}`
    })
  return `{\n${lines.join('\n')}\n${indent}}`
}

/** A name as it stands in a type. */
export function propertyName(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}
