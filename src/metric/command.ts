import { UnsiloError } from '../errors.ts'
import { sayEnd, startCommand } from '../system/processes.ts'
import type { Redactor } from '../system/redact.ts'

/** Far above what a number needs; a command that prints more has printed the parcel itself. */
const longestOutputBytes = 64 * 1024

export interface MetricCommandOptions {
  parcelPath: string
  parcelId: string
  datasetPath: string
  timeoutMs: number | undefined
  variables?: Record<string, string>
  /** Keeps the secrets among the variables out of what the command prints. */
  redactor?: Redactor | undefined
  signal?: AbortSignal | undefined
}

/** Runs a metric's shell command and returns what it printed, trimmed. @throws UnsiloError when it fails */
export async function runMetricCommand(command: string, options: MetricCommandOptions): Promise<string> {
  const running = startCommand({
    command,
    folder: options.datasetPath,
    environment: {
      ...options.variables,
      PARCEL_PATH: options.parcelPath,
      DATASET_PATH: options.datasetPath,
      PARCEL_ID: options.parcelId,
    },
    stdout: 'pipe',
    stderr: 'pipe',
    timeoutMs: options.timeoutMs,
    signal: options.signal,
  })
  let complaint = ''
  running.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-300)))
  running.stdout!.setEncoding('utf8')
  let output = ''
  for await (const text of running.stdout!) {
    output += text as string
    if (output.length <= longestOutputBytes) continue
    running.end()
    break
  }
  const end = await running.ended
  if (output.length > longestOutputBytes) {
    throw new UnsiloError('wrong-content', 'it printed more than 64 KiB; a metric is one number or word')
  }
  if (end.endedFor === 'timeout') throw new UnsiloError('timeout', 'it took too long and was ended')
  if (end.endedFor === 'cancelled') throw new UnsiloError('cancelled', 'interrupted')
  const redact = (text: string): string => options.redactor?.text(text) ?? text
  if (end.status === 0) return redact(output.trim())
  const said = redact(complaint.trim().split('\n').at(-1) ?? '')
  throw new UnsiloError('command-failed', said === '' ? sayEnd(end) : `${sayEnd(end)}: ${said}`)
}
