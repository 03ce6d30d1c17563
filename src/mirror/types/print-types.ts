import { isInterface, printFields, printShape, propertyName } from './print-shape.ts'
import type { Shape } from './shape.ts'
import { typeNames } from './type-name.ts'

/** What is known of the items of a view. */
export interface ViewShape {
  dataset: string
  view: string
  /** `undefined`: the view could not be read. */
  shape: Shape | undefined
  /** Ids of the first and the last parcel. */
  from: string | undefined
  to: string | undefined
}

/** A module of TypeScript with a type for each view, and `Views`, which names them all. The same views, the same text. */
export function printTypes(views: readonly ViewShape[]): string {
  const nameOf = typeNames()
  const named = views.map((view) => ({ ...view, name: nameOf(view.dataset, view.view) }))
  const types = named.map((view) => `${comment(view)}\n${declaration(view.name, view.shape)}\n`)
  const datasets = [...new Set(views.map(({ dataset }) => dataset))]
  const table = datasets.map((dataset) => {
    const own = named.filter((view) => view.dataset === dataset)
    const lines = own.map(({ view, name }) => `    ${propertyName(view)}: ${name}`)
    return `  ${propertyName(dataset)}: {\n${lines.join('\n')}\n  }`
  })
  const head = '// Written by `unsilo types` from the parcels that are kept; run it again when they have changed.\n'
  const all = `/** For \`openMirror<Views>()\`: item types by view, by dataset. */\nexport interface Views {${
    table.length === 0 ? '' : `\n${table.join('\n')}\n`
  }}\n`
  return [head, ...types, all].join('\n')
}

function declaration(name: string, shape: Shape | undefined): string {
  if (shape === undefined) return `export type ${name} = unknown`
  if (isInterface(shape)) {
    const fields = printFields(shape.fields!, '')
    if (fields.startsWith('{')) return `export interface ${name} ${fields}`
  }
  return `export type ${name} = ${printShape(shape)}`
}

function comment({ dataset, view, shape, from, to }: ViewShape): string {
  const what = `${dataset}/${view}`.replaceAll('*/', '*\\/').replaceAll(/\p{Cc}+/gu, ' ')
  if (shape === undefined) return `/** ${what}: could not be read. */`
  if (from === undefined || to === undefined) return `/** ${what}: there are no parcels. */`
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)]
  return `/** ${what}: parcels ${first === last ? `of ${first}` : `from ${first} to ${last}`}. */`
}
