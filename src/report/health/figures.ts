import { saySize } from '../../system/size.ts'
import { warningOf } from '../warnings.ts'
import { type Baseline, judgeLast, learnedFrom } from './baseline.ts'
import type { HealthFacts } from './facts.ts'
import { type Verdict, nothing, together, verdictOf } from './judgement.ts'
import { figuresOf } from './recent.ts'

/** The numbers of the newest good parcel against those before it. */
export function judgeFigures({ dataset, history, table }: HealthFacts): Verdict {
  const { newestGood } = history
  const { ignore } = dataset.config.health
  // What is not exported any more has no next parcel that could be unlike the last.
  if (newestGood === undefined) return nothing
  const figures = [...figuresOf(history, table, dataset.layout.ledger)].filter(([name]) => !ignore.includes(name))
  return together(
    figures.map(([name, points]) => {
      const found = judgeLast(points)
      const { value } = points.at(-1)!
      const say = name === 'bytes' ? saySize : sayNumber
      if (found.isLearning) {
        const fine = `${name} is ${say(value)}; what is usual is learned from ${learnedFrom.least} parcels, ${found.count} of them ${found.count === 1 ? 'is' : 'are'} there`
        return verdictOf('figures', [], fine)
      }
      const limits = sayLimits(found, say)
      if (!found.isUnusual) return verdictOf('figures', [], `${name} is ${say(value)}; ${limits}`)
      const than = value < found.usual ? 'less' : 'more'
      const warning = warningOf('figures', {
        message: `${name} of the newest parcel, ${newestGood.id}, is ${say(value)}, far ${than} than usual: about ${say(found.usual)}`,
        hint: `Look at it: \`unsilo show ${dataset.name} ${newestGood.id}\`. If it is right: \`unsilo accept ${dataset.name} ${newestGood.id}\`.`,
        evidence: [`${name}: ${limits}`],
      })
      return verdictOf('figures', [warning], '')
    }),
  )
}

function sayLimits({ count, usual, mad, below, above }: Baseline, say: (value: number) => string): string {
  return (
    `${say(usual)} is to be expected from the last ${count} (median absolute deviation ${say(mad)}), ` +
    `${say(Math.max(0, usual - below))} to ${say(usual + above)} is usual`
  )
}

/** With three digits that count. */
function sayNumber(value: number): string {
  return Number.isInteger(value)
    ? String(value)
    : String(
        Number(value.toPrecision(Math.abs(value) < 1000 ? 3 : 15)).toFixed(Math.abs(value) < 1000 ? 2 : 0),
      ).replace(/\.?0+$/, '')
}
