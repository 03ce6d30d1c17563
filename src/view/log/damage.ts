/** What is stored of a view is not what was written: it has to be made anew. */
export class StoreDamage extends Error {
  override readonly name = 'StoreDamage'
}
