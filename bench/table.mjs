// Prints what was measured, and whether it is what unsilo is to reach.

/**
 * @param {string} title
 * @param {readonly import('./measure.mjs').Row[]} rows
 * @returns {string}
 */
export function table(title, rows) {
  const head = ['', 'median', 'ratio', 'peak memory', 'aim', '']
  const lines = rows.map((row) => [
    row.name,
    sayTime(row.medianMs),
    row.ratio === undefined ? '1' : row.ratio.toFixed(2),
    row.peakMiB === undefined ? '-' : `${Math.round(row.peakMiB)} MiB`,
    sayAim(row),
    verdict(row),
  ])
  const cells = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column].length)))
  const text = cells.map((line) =>
    line
      .map((cell, column) => (column > 0 && column < 4 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  )
  return `${title}\n${text.map((line) => `  ${line}`).join('\n')}\n`
}

function sayTime(ms) {
  return ms < 10_000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function sayAim({ aim, memoryAimMiB }) {
  return [aim === undefined ? [] : `≤ ${aim}`, memoryAimMiB === undefined ? [] : `< ${memoryAimMiB} MiB`]
    .flat()
    .join(', ')
}

/** @returns `''` when nothing is to be reached, or the machine does not tell */
export function verdict({ ratio, aim, peakMiB, memoryAimMiB }) {
  const checks = [
    ...(aim === undefined ? [] : [ratio <= aim]),
    ...(memoryAimMiB === undefined || peakMiB === undefined ? [] : [peakMiB < memoryAimMiB]),
  ]
  if (checks.length === 0) return ''
  return checks.every(Boolean) ? 'reached' : 'missed'
}
