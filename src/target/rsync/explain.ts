import { UnsiloError } from '../../errors.ts'
import { meaningOfStatus, meanings } from './meanings.ts'
import { type RsyncPlace, sayPlace } from './place.ts'

/** How a run of rsync failed. */
export interface RsyncFailure {
  /** As in "exit status 12". */
  how: string
  status: number | null
  /** What it printed on stderr, without secrets; its beginning. */
  complaint: string
}

/** What a failure means for the user. @param doing As in "write to". */
export function explainRsync(doing: string, place: RsyncPlace, { how, status, complaint }: RsyncFailure): UnsiloError {
  const said = complaint
    .split('\n')
    .filter((line) => !ofAnotherProgram.test(line))
    .join('\n')
  const found = meanings.find(([pattern]) => pattern.test(said))
  const meaning = found === undefined ? meaningOfStatus(status) : found[1](place)
  const line = tellingLine(complaint, found?.[0])
  const reason = [meaning.says, line === '' ? undefined : line].filter((part) => part !== undefined).join(': ') || how
  return new UnsiloError(meaning.code, `cannot ${doing} ${sayPlace(place)}: ${reason}`, {
    hint: meaning.hint,
    retryable: meaning.retryable ?? false,
  })
}

const longestLine = 200
/** What rsync adds at the end of every failure, and the frame that ssh draws around its warning. */
const noise = /^(?:rsync (?:error|warning):|rsync: connection unexpectedly closed|@@|ControlSocket |\*\*\*|\s*$)/

/** What the start files of the login shell there complain of, as in "rm: cannot remove 'x': No such file or directory". */
const ofAnotherProgram = /^(?!rsync|ssh)[a-z][\w.-]*: .*: [A-Z][A-Za-z ]+$/

function tellingLine(complaint: string, pattern: RegExp | undefined): string {
  const lines = complaint.split('\n').map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim())
  const telling = lines.filter((line) => !noise.test(line))
  // What rsync says itself tells more than what stands before it.
  const first = telling.find((one) => !ofAnotherProgram.test(one)) ?? telling[0]
  const line = (pattern === undefined ? undefined : telling.find((one) => pattern.test(one))) ?? first ?? ''
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line
}

const missingLine = /(?:link_stat|change_dir) .*(?:No such file or directory|Not a directory)/

/** Whether all that rsync complains of is that what was asked for is not there. */
export function isOnlyMissing({ status, complaint }: Pick<RsyncFailure, 'status' | 'complaint'>): boolean {
  // Of a place that is not there, an earlier step says so (3), which ends the connection, where there is one (12).
  const isOfPlace = /errors selecting input\/output files, dirs \(code 3\)/.test(complaint)
  if (status !== 23 && !isOfPlace) return false
  const lines = complaint.split('\n').filter((line) => !noise.test(line) && !/read error: Connection reset/.test(line))
  return lines.length > 0 && lines.every((line) => missingLine.test(line))
}

/** What can be left out when one of the two sides does not know it, or may not do it. */
export type Extra = 'fsync' | 'links' | 'temporary folder'

const refusable: readonly [RegExp, Extra][] = [
  [/--fsync/, 'fsync'],
  [/--checksum|--link-dest/, 'links'],
  [/--temp-dir/, 'temporary folder'],
]

/** Which one it is that rsync refuses; `undefined` when it failed for another reason. */
export function refusedExtra(complaint: string): Extra | undefined {
  const line = complaint.split('\n').find((one) => /unknown option|configured to refuse/.test(one))
  return line === undefined ? undefined : refusable.find(([pattern]) => pattern.test(line))?.[1]
}

/** Whether another run has made a folder in the same moment; then the next try finds it there. */
export function hasMetAnother(complaint: string): boolean {
  return /mkdir .* failed: File exists/.test(complaint)
}

/** Whether a run failed only because the folder for temporary files is not there yet. */
export function lacksTemporaryFolder(complaint: string): boolean {
  return /temp-dir does not exist|mkstemp .*-rsync\.tmp\/.*No such file/.test(complaint)
}
