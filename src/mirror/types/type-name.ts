/** Names for the types of views, each once. */
export function typeNames(): (dataset: string, view: string) => string {
  const taken = new Set<string>(['Views'])
  return (dataset, view) => {
    const name = typeName(`${dataset} ${view}`)
    let free = name
    for (let count = 2; taken.has(free); count++) free = `${name}${count}`
    taken.add(free)
    return free
  }
}

/** `my-photos all_of_2020` is `MyPhotosAllOf2020`. */
function typeName(text: string): string {
  const words = text.normalize('NFC').split(/[^\p{ID_Continue}]+|_+/u)
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^[\p{ID_Start}]/u.test(name) ? name : `_${name}`
}
