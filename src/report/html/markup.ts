/** Markup that is whole and safe: made by `html` alone. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | undefined | readonly Part[]

/** What is put into the text is escaped, between tags and in quoted attributes, unless it is markup itself; nothing for `undefined`. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = closeUp(texts[0]!)
  for (const [index, part] of parts.entries()) text += textOf(part) + closeUp(texts[index + 1]!)
  return new Markup(text)
}

/** Line breaks and indentation are for who reads the code. */
function closeUp(text: string): string {
  return text.replaceAll(/\n\s*/g, ' ')
}

/** Text of ours that needs no escaping, such as a style sheet. */
export function trusted(text: string): Markup {
  return new Markup(text)
}

function textOf(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string') return escape(part)
  return typeof part === 'number' ? String(part) : part.map(textOf).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What HTML has no place for, or turns the direction of what follows, is left out; half a character becomes U+FFFD. */
function escape(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\p{Bidi_Control}+/gu, '')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
