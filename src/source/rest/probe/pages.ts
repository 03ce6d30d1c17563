import type { SeenPage } from './seen-page.ts'
import { linkSigns, nextUrlSigns } from './signs/address.ts'
import { numberSigns, offsetSigns } from './signs/count.ts'
import { lastItemSigns } from './signs/last-item.ts'
import type { PageSign } from './signs/sign.ts'
import { headerTokenSigns, tokenSigns } from './signs/token.ts'

/** The surest first: what the server hands over needs no knowledge of its parameters. */
const guessers = [linkSigns, nextUrlSigns, tokenSigns, headerTokenSigns, numberSigns, offsetSigns]

/** Ways to the next page that an answer shows, the best first. The field that it is sorted by counts only without any other. */
export function pageSigns(page: SeenPage): PageSign[] {
  const signs = guessers.flatMap((guess) => guess(page))
  const found = signs.length > 0 ? signs : lastItemSigns(page)
  const rank = ({ goesOn }: PageSign): number => (goesOn === true ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b))
}
