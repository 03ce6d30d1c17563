import type { EnclosedReport } from '../alert/message.ts'
import pc from 'picocolors'
import type { Report } from '../report/report.ts'
import { reportText } from '../report/text.ts'

/** As wide as a mail is read. */
const columns = 80

/** The report as a page that needs nothing else. */
export async function reportPage(_report: Report): Promise<string | undefined> {
  return undefined
}

/** The report as it goes with a digest. */
export async function reportSummary(report: Report, page: string | undefined): Promise<EnclosedReport> {
  return { text: reportText(report, pc.createColors(false), columns), ...(page === undefined ? {} : { html: page }) }
}
