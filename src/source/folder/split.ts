import { isUtf8 } from 'node:buffer'
import { type Tree, walkTrees } from '../../archive/tree.ts'
import { Troubles } from '../../archive/troubles.ts'
import { listNames, lookAt, sayBytes } from '../../system/byte-files.ts'

/** The archive of what lies beside the folders, as pickup has it. */
const looseName = '__files__'

/** One of several archives that a tree is split into. Each holds its entries under the names that they have in the whole. */
export interface Part {
  /** Path of the archive in the parcel, without extension. */
  name: string
  tree: Tree
}

/** One part for each folder right in the tree's, and one for the rest; none for what nothing is taken of. */
export function partsOf(tree: Tree, signal?: AbortSignal): Part[] {
  const folder = Buffer.from(tree.folder)
  const slash = Buffer.from('/')
  const names = listNames(folder)
  const folders = names.filter((name) => isFolder(Buffer.concat([folder, slash, name])))
  const parts = folders.map((name): Part => {
    return { name: partName(name), tree: { ...tree, takesName: (other) => other.equals(name) } }
  })
  const inFolders = new Set(folders.map((name) => name.toString('latin1')))
  const rest: Tree = { ...tree, takesName: (name) => !inFolders.has(name.toString('latin1')) }
  const within = (name: string): string => (tree.name === undefined ? name : `${tree.name}/${name}`)
  return [...parts, { name: looseName, tree: rest }]
    .filter((part) => takesAnything(part.tree, signal))
    .map((part) => ({ ...part, name: within(part.name) }))
}

function isFolder(path: Buffer): boolean {
  try {
    return lookAt(path).kind === 'folder'
  } catch {
    // It vanished, or cannot be looked at: the walk tells that.
    return false
  }
}

function partName(name: Buffer): string {
  const text = isUtf8(name) ? name.toString('utf8') : sayBytes(name)
  return text === looseName ? `%5F${text.slice(1)}` : text
}

/** What is not right about it is told when it is read. */
function takesAnything(tree: Tree, signal: AbortSignal | undefined): boolean {
  const name = tree.name?.split('/').length ?? 0
  for (const entry of walkTrees([tree], new Troubles('warn'), signal)) {
    if (entry.name.toString('latin1').split('/').length > name) return true
  }
  return false
}
