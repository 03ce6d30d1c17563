import type { Random } from './random.ts'
import { sentence, vocabulary } from './text.ts'

/** One saved thing, as a service's API shows it. Times are ISO 8601 in UTC with whole seconds, so text order is time order. */
export interface Item {
  /** Grows with the time of creation, with gaps. */
  readonly id: number
  readonly list: string
  readonly title: string
  readonly body: string
  readonly url: string
  readonly link: string | null
  readonly tags: readonly string[]
  readonly author: Author
  /** Volatile: changes without a new `updated_at`. */
  readonly score: number
  readonly created_at: string
  readonly updated_at: string
  readonly saved_at: string
}

interface Author {
  readonly id: number
  readonly name: string
  readonly profile: { readonly url: string; readonly verified: boolean }
}

export const itemKeys = [
  'id',
  'list',
  'title',
  'body',
  'url',
  'link',
  'tags',
  'author',
  'score',
  'created_at',
  'updated_at',
  'saved_at',
] as const satisfies readonly (keyof Item)[]

/** Makes items and their later values. A value is never changed in place. */
export interface ItemWriter {
  write(id: number, at: Date): Item
  /** The next value after an edit. One edit in ten takes the words of `former` back. */
  edit(item: Item, former: Item | undefined, at: Date): Item
  vote(item: Item): Item
  saveAgain(item: Item, at: Date): Item
}

const listNames = ['reading', 'recipes', 'work', 'Straße & Wege', 'música'] as const

/** An item's time stamp: the second that `at` lies in. */
function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

export function createItemWriter(random: Random, bodyWords: number): ItemWriter {
  const words = vocabulary(random, 2000)
  const authors = Array.from({ length: 200 }, (_, index) => createAuthor(1000 + index * 37, random.pick(words), random))
  const someTags = (): string[] => {
    const tags = Array.from({ length: random.integer(0, 4) }, () => random.favour(words))
    return [...new Set(tags)]
  }
  return {
    write(id, at) {
      const now = timestamp(at)
      const title = sentence(random, words, random.integer(3, 12))
      const slug = title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .slice(0, 40)
      return {
        id,
        list: random.favour(listNames),
        title,
        body: sentence(random, words, Math.min(400, random.size(bodyWords))),
        url: `https://service.example/items/${id}/${slug}`,
        link: random.chance(0.3)
          ? `https://${random.pick(words)}.example/${random.pick(words)}?q=${random.integer(1, 99)}&r=1`
          : null,
        tags: someTags(),
        author: random.favour(authors),
        score: random.size(5),
        created_at: now,
        updated_at: now,
        saved_at: now,
      }
    },
    edit(item, former, at) {
      const updated = { ...item, updated_at: timestamp(at) }
      if (former !== undefined && random.chance(0.1)) {
        return { ...updated, title: former.title, body: former.body, tags: former.tags }
      }
      const what = random.fraction()
      if (what < 0.25) return { ...updated, title: sentence(random, words, random.integer(3, 12)) }
      if (what < 0.5) return { ...updated, tags: [...new Set([...someTags(), random.pick(words)])] }
      return { ...updated, body: `${item.body}\n\nEdit: ${sentence(random, words, random.integer(3, 20))}` }
    },
    vote: (item) => ({ ...item, score: item.score + random.integer(1, 9) }),
    saveAgain: (item, at) => ({ ...item, saved_at: timestamp(at) }),
  }
}

function createAuthor(id: number, word: string, random: Random): Author {
  const name = `${word}_${id.toString(36)}`
  return { id, name, profile: { url: `https://service.example/users/${name}`, verified: random.chance(0.2) } }
}
