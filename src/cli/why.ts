import { findingLines, warningLines } from '../report/details.ts'
import { isPublished, sayChecked, sayPlaces } from '../report/copies.ts'
import { wrapText } from '../report/table.ts'
import { whyDataset } from '../report/why.ts'
import type { App } from './app.ts'
import { ExitCode, type ExitStatus } from './exit-code.ts'
import { openOneDataset } from './open-datasets.ts'

export async function why(args: { dataset: string }, app: App): Promise<ExitStatus> {
  const dataset = await openOneDataset(app, args.dataset)
  const found = await whyDataset(dataset, app.context)
  if (app.json) {
    app.printJson(found)
    return ExitCode.ok
  }
  const colors = app.colors.out
  const at = app.context.system.clock.now().toISOString()
  const { bold } = colors
  app.print(`${bold(found.dataset)} is ${found.health}.`)
  for (const line of warningLines(found.dataset, found.warnings, at, colors, app.columns)) app.print(line)
  app.print(`${bold('Looked at')}:`)
  for (const { cause, ok, finding } of found.judgements) {
    for (const line of findingLines(cause, ok, finding, colors, app.columns)) app.print(line)
  }
  const say = (head: string, rest: string): void => sayWrapped(head, rest, app)
  say(found.due.due ? 'Due now' : 'Not due', `: ${found.due.because}.`)
  say(found.overdue.overdue ? 'Late' : 'Not late', `: ${found.overdue.because}.`)
  if (found.copies !== undefined && isPublished(found.copies)) {
    const checked = sayChecked(found.copies, at)
    const { count, parcel } = found.copies
    say(count === 1 ? '1 copy' : `${count} copies`, ` of ${parcel}: ${sayPlaces(found.copies)}; checked ${checked}.`)
  }
  say('Parcels', `${found.frozen ? ' (frozen: nothing is removed until the newest one is good or accepted)' : ''}:`)
  for (const { id, state, keep, reasons } of found.parcels) {
    const head = `  ${id}  ${state.padEnd(10)} `
    // Alignment would not survive being broken at spaces.
    const rest = wrapText(`${keep ? 'stays' : 'goes'}: ${reasons.join('; ')}`, app.columns - head.length, '  ')
    for (const [index, text] of rest.entries()) app.print(`${index === 0 ? head : ' '.repeat(head.length)}${text}`)
  }
  if (found.parcels.length === 0) app.print('  none yet')
  return ExitCode.ok
}

function sayWrapped(head: string, rest: string, { columns, colors, print }: App): void {
  const [first, ...more] = wrapText(`${head}${rest}`, columns, '  ')
  print(`${colors.out.bold(head)}${first!.slice(head.length)}`)
  for (const text of more) print(text)
}
