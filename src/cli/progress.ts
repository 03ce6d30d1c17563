import type { Progress } from '../dataset/dataset.ts'
import { saySize } from '../system/size.ts'
import type { App } from './app.ts'

export interface ProgressView {
  onProgress: (progress: Progress) => void
  /** Takes the live lines off the screen. */
  close(): void
}

interface Line {
  progress: Progress
  since: number
}

/** One live line a dataset on a terminal; nothing elsewhere, except with `--verbose` a line for each step. */
export function openProgress(app: App): ProgressView {
  if (!app.isWatched) {
    const tell = ({ dataset, step, bytes, note }: Progress): void => {
      const isCount = step === 'exporting' || (step === 'publishing' && bytes !== undefined)
      if (step !== 'done' && !isCount) app.note(`${dataset}: ${step}${note === undefined ? '' : ` ${note}`}`)
    }
    return { onProgress: app.verbose ? tell : () => undefined, close: () => undefined }
  }
  const lines = new Map<string, Line>()
  let shown = 0
  const erase = (): string => (shown === 0 ? '' : `\u001B[${shown}A\u001B[0J`)
  const draw = (): void => {
    const rows = [...lines.values()].map((line) => sayLine(line, app.columns))
    process.stderr.write(`${erase()}${rows.map((row) => `${app.colors.err.dim(row)}\n`).join('')}`)
    shown = rows.length
  }
  const timer = setInterval(draw, 200)
  timer.unref()
  return {
    onProgress(progress) {
      if (progress.step === 'done') lines.delete(progress.dataset)
      else {
        const since = lines.get(progress.dataset)?.since ?? performance.now()
        lines.set(progress.dataset, { progress, since })
      }
    },
    close() {
      clearInterval(timer)
      process.stderr.write(erase())
      shown = 0
    },
  }
}

function sayLine({ progress, since }: Line, columns: number): string {
  const seconds = Math.floor((performance.now() - since) / 1000)
  const elapsed = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const bytes = progress.bytes === undefined ? '' : saySize(progress.bytes)
  const line = `${progress.dataset}  ${progress.step}  ${bytes}  ${elapsed}  ${progress.note ?? ''}`.trimEnd()
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`
}
