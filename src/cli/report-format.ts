import { extname } from 'node:path'

export const reportFormats = ['text', 'json', 'markdown', 'html'] as const
export type ReportFormat = (typeof reportFormats)[number]

const extensions: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.json': 'json',
  '.txt': 'text',
}

/** What a file of that name holds. */
export function reportFormatOf(path: string): ReportFormat | undefined {
  return extensions[extname(path).toLowerCase()]
}
