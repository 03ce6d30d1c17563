import type { Need, NeedKind } from '../../view/thin/needs.ts'

/** The weightiest first. */
const order: readonly NeedKind[] = [
  'errors',
  'after-errors',
  'duplicates',
  'only',
  'first',
  'last',
  'absent',
  'recent',
  'fields',
]

/** Says why a view needs a parcel. That a field came or went is told only where nothing else is: items came or went with it. */
export function sayNeeds(view: string, needs: readonly Need[]): string[] {
  const told = needs.length === 1 ? needs : needs.filter(({ kind }) => kind !== 'fields')
  return told.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).map((need) => sayNeed(view, need))
}

function sayNeed(view: string, { kind, count, example }: Need): string {
  const many = (one: string): string => `${count === 1 ? `1 ${one}` : `${count} ${one}s`} of ${view}`
  const such = `, such as ${shortened(example)}`
  switch (kind) {
    case 'only':
      return `the only one with ${many('version')}${such}`
    case 'first':
    case 'last':
      return `the ${kind} one with ${many('version')}${such}`
    case 'absent':
      return `proves that ${many('item')} ${count === 1 ? 'was' : 'were'} gone${such}`
    case 'fields':
      return `the first or the last to show a field of ${view} as it was then: ${shortened(example)}`
    case 'recent':
      return `one of the newest ${count} of ${view}: its headroom is worked out from them`
    case 'errors':
      return `${many('item')} could not be read, and may be what nothing else holds`
    case 'after-errors':
      return `the first after one that ${view} could not read as a whole`
    case 'duplicates':
      return `${many('item')} had the key of another one, and only that is in the view`
  }
}

/** Keys may be long. */
function shortened(text: string): string {
  const characters = Array.from(text)
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : text
}
