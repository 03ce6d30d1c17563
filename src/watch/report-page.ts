import pc from 'picocolors'
import type { EnclosedReport } from '../alert/message.ts'
import type { LoadedConfig } from '../config/load.ts'
import { type Context, openDataset } from '../dataset/dataset.ts'
import type { Report } from '../report/report.ts'
import { reportText } from '../report/text.ts'
import { unreadOf } from '../report/verdict.ts'
import type { Status } from './status.ts'

/** As wide as a mail is read. */
const columns = 80
/** The page is written anew when something has happened, and at least so often. */
const longestAgeMs = 60 * 60_000

/** The report, as a page and as text; each is made once, when it is wanted. */
export interface ReportPages {
  page(): Promise<string>
  /** As it goes with a digest. */
  enclosed(): Promise<EnclosedReport>
}

/** @param validMs How long after `longestAgeMs` the next page may come at the latest. */
export function reportPages(report: Report, loaded: LoadedConfig, context: Context, validMs: number): ReportPages {
  let made: Promise<string> | undefined
  const page = (): Promise<string> => (made ??= makePage(report, loaded, context, validMs))
  return {
    page,
    enclosed: async () => ({ text: reportText(report, pc.createColors(false), columns), html: await page() }),
  }
}

/** The code of pages is loaded for pages only: most looks find that the last one is still right. */
async function makePage(
  report: Report,
  { datasets, problems }: LoadedConfig,
  context: Context,
  validMs: number,
): Promise<string> {
  const [{ reportHtml }, { readPasts }] = await Promise.all([
    import('../report/html/page.ts'),
    import('../report/past/past.ts'),
  ])
  const nextAt = new Date(Date.parse(report.at) + longestAgeMs + validMs).toISOString()
  return reportHtml(report, {
    pasts: await readPasts(datasets.map(openDataset), context),
    unread: problems.map(unreadOf),
    nextAt,
  })
}

/** Whether a page that was written beside the status `before` does not say any more what is so. */
export function isPageOld(before: Status | undefined, now: Status, pageAt: Date | undefined): boolean {
  if (before === undefined || pageAt === undefined) return true
  const ageMs = Date.parse(now.at) - pageAt.getTime()
  return ageMs < 0 || ageMs >= longestAgeMs || told(before) !== told(now)
}

/** What a reader would want to know of at once. */
function told({ open, datasets }: Status): string {
  return JSON.stringify([
    open.map(({ dataset, cause, severity }) => [dataset, cause, severity]),
    datasets.map(({ dataset, health, lastSuccess, copies }) => [dataset, health, lastSuccess?.parcel, copies]),
  ])
}
