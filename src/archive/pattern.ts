/**
 * A test for paths by a pattern: `*` and `?` stay within a name, `**` goes over folders, `[ab]` and `{one,two}` choose. Names
 * that begin with a dot are names like others. A pattern without `/` stands for a name in any folder, one with `/` for a path from
 * the top.
 */
export function pathPattern(pattern: string): RegExp {
  const anchored = pattern.replace(/\/+$/, '')
  const isAnywhere = !anchored.includes('/')
  const body = translate(anchored.replace(/^\.?\//, ''))
  return new RegExp(`^${isAnywhere ? '(?:.*/)?' : ''}${body}$`, 'su')
}

const tokens = /\*\*\/|\/\*\*$|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|\{[^{}]*\}|\\.|./gsu

function translate(pattern: string): string {
  return pattern.replaceAll(tokens, (token) => {
    switch (token) {
      case '**/':
        return '(?:.*/)?'
      case '/**':
        return '/.*'
      case '**':
        return '.*'
      case '*':
        return '[^/]*'
      case '?':
        return '[^/]'
    }
    if (token.length > 1 && token.startsWith('[')) return characters(token.slice(1, -1))
    if (token.length > 1 && token.startsWith('{')) {
      return `(?:${token.slice(1, -1).split(',').map(translate).join('|')})`
    }
    return escape(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token)
  })
}

function characters(inside: string): string {
  const isNegated = /^[!^]/.test(inside)
  const listed = (isNegated ? inside.slice(1) : inside).replaceAll(/[\\\]^[]/g, String.raw`\$&`)
  return `(?!/)[${isNegated ? '^' : ''}${listed}]`
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}
