import type { ViewState } from '../../view/store/state.ts'
import type { Problem } from '../dataset.ts'
import type { DatasetViewState } from './views.ts'

/** That a document is one item may be right; where it is much like a list, most likely nobody has thought of it. */
export function sayHeld({ held }: Pick<ViewState, 'held'>): string | undefined {
  const [first, ...others] = held ?? []
  if (first === undefined) return undefined
  const named = [first, ...others].map(({ path, items }) => `\`${listOf(path)}\` of ${items.toLocaleString('en-US')}`)
  const lists = `${others.length === 0 ? 'the list' : 'the lists'} ${named.join(', ')}`
  const each = others.length === 0 ? '' : ', with a view for each'
  return `a whole document is one item, which holds ${lists}; perhaps items = ${tomlText(first.path)}${each}`
}

/** What is said of views in a run. */
export function heldProblems(views: readonly DatasetViewState[]): Problem[] {
  return views.flatMap(({ definition: { name }, state }): Problem[] => {
    const said = sayHeld(state)
    if (said === undefined) return []
    const hint = `Set \`items\` of views.${name} in config.toml; items = "." says that it is right as it is.`
    return [{ severity: 'warning', code: 'check', message: `view ${name}: ${said}`, hint }]
  })
}

function listOf(path: string): string {
  return path.replace(/\[\*\]$/, '')
}

function tomlText(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`
}
