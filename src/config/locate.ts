import type { AST } from 'toml-eslint-parser'
import type { KeyPath } from './problem.ts'

interface Entry {
  path: KeyPath
  line: number
}

/**
 * Finds the lines of keys in TOML text. A key that is not there, such as one that is missing, has the line of the nearest
 * table around it; `undefined` when that is the file itself.
 *
 * The parser is loaded here and not above: it takes longer to load than fifty configurations to check, and a
 * configuration without a problem does not need it.
 */
export async function locateKeys(text: string): Promise<(path: KeyPath) => number | undefined> {
  const entries = await readEntries(text)
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const wanted = path.slice(0, length)
      const entry = entries.find((entry) => startsWith(entry.path, wanted))
      if (entry !== undefined) return entry.line
    }
    return undefined
  }
}

async function readEntries(text: string): Promise<Entry[]> {
  const { ParseError, parseTOML } = await import('toml-eslint-parser')
  try {
    // Byte order marks end lines for no one, and this parser refuses them.
    const [root] = parseTOML(text.replace(/^\uFEFF/, ''), { tomlVersion: 'latest' }).body
    return [...entriesOf(root.body, [])]
  } catch (error) {
    // The text was read by smol-toml before. Where the two disagree, a message without a line is better than none.
    if (error instanceof ParseError) return []
    throw error
  }
}

function* entriesOf(nodes: readonly (AST.TOMLKeyValue | AST.TOMLTable)[], table: KeyPath): Generator<Entry> {
  for (const node of nodes) {
    const line = node.loc.start.line
    if (node.type === 'TOMLTable') {
      yield { path: node.resolvedKey, line }
      yield* entriesOf(node.body, node.resolvedKey)
    } else {
      const path = [...table, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))]
      yield { path, line }
      yield* entriesInside(node.value, path)
    }
  }
}

function* entriesInside(value: AST.TOMLContentNode, path: KeyPath): Generator<Entry> {
  if (value.type === 'TOMLInlineTable') yield* entriesOf(value.body, path)
  if (value.type !== 'TOMLArray') return
  for (const [index, element] of value.elements.entries()) {
    yield { path: [...path, index], line: element.loc.start.line }
    yield* entriesInside(element, [...path, index])
  }
}

function startsWith(path: KeyPath, start: KeyPath): boolean {
  return start.every((part, index) => path[index] === part)
}
