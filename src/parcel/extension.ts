import { codecForExtension } from '../codec/codec.ts'

/** `takeout.tar.gz` gives `tar.gz`; `notes.2024.txt` gives `txt`. */
export function extensionOf(name: string): string {
  const parts = name.replace(/^\.+/, '').split('.').slice(1)
  const last = parts.at(-1) ?? ''
  const before = parts.at(-2) ?? ''
  const isOuter = codecForExtension(last.toLowerCase()) !== undefined || /^(?:xz|bz2)$/i.test(last)
  return isOuter && /^[a-z][a-z0-9]{0,9}$/i.test(before) ? `${before}.${last}` : last
}
