const extensions: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'text/calendar': 'ics',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/xml': 'xml',
}

/** What a body's file name ends with, without the dot; `bin` where the server says nothing that is known. */
export function bodyExtension(isJson: boolean, contentType: string | undefined): string {
  if (isJson) return 'json'
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  if (Object.hasOwn(extensions, type)) return extensions[type]!
  return type.endsWith('+json') ? 'json' : type.endsWith('+xml') ? 'xml' : 'bin'
}
