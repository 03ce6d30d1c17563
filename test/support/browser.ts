import { existsSync } from 'node:fs'
import type { Browser } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is installed; `npm run setup` installs one on Debian. */
export const chromiumPath = places.find((place) => existsSync(place))

/** A real browser without a window. A sandbox of its own it cannot have as root, nor in most containers. */
export async function startChromium(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] })
}
