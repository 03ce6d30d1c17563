import { createHash } from 'node:crypto'
import type { FileTemplate } from './template.ts'

/** Values of the parts of a template that are no text, in their order; `null`: there is none. */
export type GroupValues = readonly (string | null)[]

export interface GroupFile {
  /** Relative to the folder, with `/` between its parts; never leads out of it. */
  path: string
  /**
   * Why it is not what the template and the values say: `unsafe`: they would make no name of a file that all systems take; `alike`:
   * another group would have the same name, where upper and lower case are the same.
   */
  changed?: 'unsafe' | 'alike'
}

/** Most bytes of what one value becomes, and of a whole name: file systems take 255, and temporary names are longer. */
const valueBytes = 80
const nameBytes = 200

/**
 * Names a file for each group. Whatever the values are, no two groups have one name, also where upper and lower case are the same,
 * and a group has the same name each time, unless another one comes that differs from it in case only.
 */
export function fileNames(template: FileTemplate, groups: readonly GroupValues[]): GroupFile[] {
  const files = groups.map((values) => compose(template, values))
  const taken = new Map<string, number>()
  const folded = files.map(({ path }) => path.normalize('NFKC').toUpperCase().toLowerCase())
  for (const name of folded) taken.set(name, (taken.get(name) ?? 0) + 1)
  return files.map((file, index) =>
    taken.get(folded[index]!) === 1
      ? file
      : { path: marked(file.path, JSON.stringify(groups[index])), changed: 'alike' },
  )
}

function compose(template: FileTemplate, values: GroupValues): GroupFile {
  let next = 0
  let isChanged = false
  const path = template.parts
    .map((part) => {
      if ('text' in part) return part.text
      const value = values[next++] ?? null
      const safe = safeName(value)
      if (value !== null && safe !== value) isChanged = true
      return safe
    })
    .join('')
  const short = path
    .split('/')
    .map((name) => (Buffer.byteLength(name) <= nameBytes ? name : marked(name, name)))
    .join('/')
  return isChanged || short !== path ? { path: short, changed: 'unsafe' } : { path: short }
}

/** Names that Windows keeps for devices, whatever comes after a dot. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i

/** A value as a part of a name. What had to be changed ends in a mark of its own, so that two values never become one. */
function safeName(value: string | null): string {
  if (value === null) return 'none'
  if (value === '') return 'empty'
  const whole = value.normalize('NFC')
  const safe = whole
    // Control and format characters, halves of characters; what file systems or shells take for something else.
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|{}]/gu, '_')
    .replace(/^[.\s~-]+/, (lead) => '_'.repeat(lead.length))
    .replace(/[.\s]+$/, (end) => '_'.repeat(end.length))
    .replace(device, '$&_')
  return safe === value && Buffer.byteLength(safe) <= valueBytes ? value : `${cut(safe, valueBytes)}~${hash(value)}`
}

/** A path whose last name is cut short where it is too long, with a mark of `what` before its extension. */
function marked(path: string, what: string): string {
  const at = path.lastIndexOf('/') + 1
  const name = path.slice(at)
  const extension = /(?<=.)(?:\.[A-Za-z0-9]{1,10}){1,2}$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - extension.length)
  return `${path.slice(0, at)}${cut(stem, nameBytes - 40)}~${hash(what)}${extension}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}

/** The first bytes of a text, without a broken character at their end. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let short = ''
  let used = 0
  for (const character of text) {
    used += Buffer.byteLength(character)
    if (used > bytes) break
    short += character
  }
  return short
}
