// RFC 8288, section 3: `<target>; name=value; name="quoted, \"value\""`, several joined by commas.
const target = /[\s,]*<([^>]*)>/y
const parameter = /\s*;\s*(?:([^\s;,="<>]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?)?/y

/**
 * The target of the first link with that relation. A relation may be one of a list; its case does not count.
 *
 * @param header The `Link` header; several headers are joined by commas.
 */
export function linkTarget(header: string, relation: string): string | undefined {
  let end = 0
  while (end < header.length) {
    target.lastIndex = end
    const [whole, address] = target.exec(header) ?? []
    if (whole === undefined || address === undefined) return undefined
    end += whole.length
    let relations: string | undefined
    for (;;) {
      parameter.lastIndex = end
      const [text, name, quoted, plain] = parameter.exec(header) ?? []
      if (text === undefined || text === '') break
      end += text.length
      // Of several `rel` parameters only the first counts (RFC 8288, section 3.3).
      if (name?.toLowerCase() === 'rel') relations ??= quoted?.replace(/\\(.)/g, '$1') ?? plain
    }
    if (relations?.toLowerCase().split(/\s+/).includes(relation) === true) return address.trim()
  }
  return undefined
}
