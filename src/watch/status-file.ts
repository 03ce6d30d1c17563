import { dirname, join } from 'node:path'
import type { Files } from '../system/files.ts'
import { pathFrom } from '../system/path-from.ts'
import { replaceFile } from '../system/replace-file.ts'
import { prometheusText } from './prometheus.ts'
import type { StatusFile } from './publish-status.ts'
import type { Status } from './status.ts'

/** Monitors run as other users. */
const mode = 0o644

/** Where `watch` leaves what it has seen. */
export interface StatusPlaces {
  status: string
  prometheus: string
  page: string
}

/** @param prometheus As configured. */
export function statusPlaces(root: string, prometheus: string | undefined): StatusPlaces {
  const at = (name: string): string => join(root, '.unsilo', name)
  return {
    status: at('status.json'),
    prometheus: prometheus === undefined ? at('unsilo.prom') : pathFrom(root, prometheus),
    page: at(pageName),
  }
}

/** What was written last; `undefined` when there is nothing that can be read. */
export function readStatus(files: Files, root: string): Status | undefined {
  try {
    const found = JSON.parse(files.readText(statusPlaces(root, undefined).status) ?? '') as Status
    return Array.isArray(found.published) ? found : undefined
  } catch {
    return undefined
  }
}

/** The report, for people. */
export const pageName = 'report.html'

/** For programs: the files as they are written here and copied to targets. */
export function statusFiles(status: Status): StatusFile[] {
  return [
    { name: 'status.json', text: `${JSON.stringify(status, null, 2)}\n` },
    { name: 'unsilo.prom', text: prometheusText(status) },
  ]
}

/** Writes them, each whole. One that fails does not keep the others from being written. @returns What failed */
export async function writeStatusFiles(
  files: Files,
  written: readonly StatusFile[],
  places: StatusPlaces,
): Promise<unknown[]> {
  const failures: unknown[] = []
  for (const { name, text } of written) {
    const path = { 'status.json': places.status, 'unsilo.prom': places.prometheus }[name] ?? places.page
    try {
      if (dirname(path) === dirname(places.status)) files.makeFolder(dirname(path))
      await replaceFile(files, path, text, mode)
    } catch (error) {
      failures.push(error)
    }
  }
  return failures
}
