// Prints the export of a simulated account, well or badly: the `cmd` of a dataset in tests. `simulatorCommand` bundles it.
// node export-command.mjs OPTIONS [PLAN]: options as JSON, and a JSON file with options that replace those.
import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createAccount } from './account.ts'
import { type ExportOptions, type Fault, readExportOptions } from './export-options.ts'
import type { Item } from './item.ts'
import { printItems } from './print-items.ts'
import { truthOf } from './truth.ts'
import { pages, parseView } from './view.ts'

const forEverMs = 2 ** 30
const refusal = `${JSON.stringify({ error: { code: 401, message: 'token expired' } })}\n`

await main(readExportOptions(process.argv[2] ?? '{}', process.argv[3]))

async function main(options: ExportOptions): Promise<void> {
  const fault = faultNow(options)
  if (options.stubborn)
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.stderr.write(`${signal} ignored\n`))
  if (options.stderr !== '') process.stderr.write(`${options.stderr}\n`)
  if (options.childMs > 0) leaveChild(options)

  const output = options.output.replaceAll(/\$(\w+)/g, (_, name: string) => process.env[name] ?? '')
  if (fault !== 'empty') {
    const shown = exportedItems(options)
    const items = fault === 'shrunk' ? shown.slice(0, Math.floor(shown.length * options.share)) : shown
    if (options.pageSize > 0) await printPages(output, items, options, fault)
    else await printDocument(output, fault === 'refused' ? refusal : printItems(items, options), options, fault)
  }

  if (fault === 'hang') await pause(forEverMs)
  if (fault === 'crash') process.kill(process.pid, 'SIGKILL')
  if (fault === 'exit' || fault === 'stop') process.exitCode = options.status
}

function faultNow({ fault, faultTimes, starts }: ExportOptions): Fault {
  if (starts === '') return fault
  appendFileSync(starts, '.')
  return faultTimes > 0 && statSync(starts).size > faultTimes ? 'none' : fault
}

function exportedItems({ account: { start, ...rates }, at, view }: ExportOptions): Item[] {
  const account = createAccount({ ...rates, start: new Date(start) })
  account.advanceTo(new Date(at))
  return [...truthOf(account).snapshot(parseView(view), account.now).items]
}

async function printPages(folder: string, items: readonly Item[], options: ExportOptions, fault: Fault): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const documents = pages(items, options.pageSize).map((page) => printItems(page, options))
  const whole = breaksOff(fault) ? Math.floor(documents.length * options.share) : documents.length
  for (const [index, document] of documents.slice(0, whole + 1).entries()) {
    const path = join(folder, `${String(index + 1).padStart(6, '0')}.${options.format}`)
    await printDocument(path, document, options, index === whole ? fault : 'none')
  }
}

/** Prints to the file, or to stdout when `path` is empty; a part only when the fault says so. */
async function printDocument(path: string, text: string, options: ExportOptions, fault: Fault): Promise<void> {
  const bytes = Buffer.from(text)
  const length = breaksOff(fault) ? Math.floor(bytes.length * options.share) : bytes.length
  const file = path === '' ? undefined : await open(path, 'w')
  const size = Math.max(1, Math.ceil(length / options.pieces))
  for (let start = 0; start < length; start += size) {
    await print(file, bytes.subarray(start, Math.min(length, start + size)))
    if (options.pauseMs > 0) await pause(options.pauseMs)
  }
  await file?.close()
}

function breaksOff(fault: Fault): boolean {
  return fault === 'stop' || fault === 'crash' || fault === 'truncated' || fault === 'hang'
}

async function print(file: FileHandle | undefined, bytes: Uint8Array): Promise<void> {
  if (file !== undefined) {
    await file.writeFile(bytes)
    return
  }
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

function leaveChild({ childMs, childDetached, childPid }: ExportOptions): void {
  const script = `setTimeout(() => process.stdout.write('late\\n'), ${childMs})`
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'inherit', 'ignore'],
    detached: childDetached,
  })
  child.unref()
  if (childPid !== '') writeFileSync(childPid, String(child.pid))
}
