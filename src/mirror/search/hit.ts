/** Where in a text something begins and ends. */
export type Mark = [from: number, to: number]

/** An item that a search has found. */
export interface SearchHit {
  dataset: string
  view: string
  key: string
  /** When it happened; `undefined` where the item does not say, or says no time. */
  time: Date | undefined
  title: string | undefined
  text: string | undefined
  url: string | undefined
  /** The first of the parcels that did not have it any more; `undefined` while it is there. */
  absentSince: Date | undefined
  /** Some of the text on one line, with what was found where it is in there; `undefined` without a text. */
  snippet: string | undefined
  /** Where in the title and in the snippet it is. */
  titleMarks: Mark[]
  snippetMarks: Mark[]
}
