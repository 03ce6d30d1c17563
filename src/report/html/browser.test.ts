import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { source as axe } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, startChromium } from '../../../test/support/browser.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { type Made, allBad, allGood, fifty, hostileBad, pageOf, someBad } from './page.fixture.ts'
import { type PageOptions, reportHtml } from './page.ts'

const cases: readonly [name: string, made: Made, options: PageOptions][] = [
  ['a dozen datasets', someBad(), { nextAt: '2026-03-31T14:00:00.000Z' }],
  ['all good', allGood(), { all: true }],
  ['every bad state', allBad(), { unread: [{ where: 'x/config.toml:3', message: 'no', hint: 'Mend it.' }] }],
  ['fifty with long names', fifty(), {}],
  ['hostile data', hostileBad(), { all: true }],
  ['nothing at all', pageOf([]), {}],
]

describe.skipIf(chromiumPath === undefined)('the page in a browser (skipped without Chromium)', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await startChromium()
  }, 60_000)
  afterAll(() => browser.close())

  interface Opened {
    page: Page
    /** What the console told, and what was asked of the network. */
    told: string[]
  }

  async function open(
    { report, pasts }: Made,
    options: PageOptions = {},
    { width = 1100, colorScheme }: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<Opened> {
    const path = join(temporaryFolder(), 'report.html')
    writeFileSync(path, reportHtml(report, { pasts, ...options }))
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: colorScheme ?? 'light' })
    const told: string[] = []
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(String(error)))
    page.on('dialog', (dialog) => told.push(dialog.message()))
    const address = pathToFileURL(path).href
    page.on('request', (request) => void (request.url() === address || told.push(request.url())))
    await page.goto(address)
    return { page, told }
  }

  it.each(cases)(
    'is accessible in both colour schemes, by the rules of axe: %s',
    async (_, made, options) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, told } = await open(made, options, { colorScheme })
        await page.evaluate(axe)
        const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
        expect(found.violations.map(({ id, nodes }) => [id, nodes[0]!.html])).toEqual([])
        expect(told).toEqual([])
        await page.close()
      }
    },
    120_000,
  )

  it.each(cases)('fits a screen of 320 pixels: %s', async (_, made, options) => {
    const { page } = await open(made, { ...options, all: true }, { width: 320 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.close()
  })

  it('runs nothing and asks for nothing, whatever stands in the data', async () => {
    const { page, told } = await open(hostileBad(), { all: true })
    expect(await page.locator('script, img, [onmouseover], [onerror], svg[onload]').count()).toBe(0)
    expect(await page.locator('body').innerText()).toContain('<script>alert(1)</script>')
    expect(told).toEqual([])
    await page.close()
  })

  it('lets the keyboard reach what is bad first, then open what is good', async () => {
    const { page } = await open(someBad())
    const focused = (): Promise<string> =>
      page.evaluate('document.activeElement.textContent.replaceAll(/\\s+/g, " ").trim()')
    const seen: string[] = []
    for (let index = 0; index < 20; index++) {
      await page.keyboard.press('Tab')
      seen.push(await focused())
    }
    expect(seen[0]).toBe('To the datasets')
    expect(seen.slice(1, 4)).toEqual(['✗ github failing', '✗ bank late', '! notes unlikely'])
    const isOpen = 'document.activeElement.closest("details").open'
    while (!(await focused()).startsWith('✓ todoist')) await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate(isOpen)).toBe(false)
    await page.keyboard.press('Enter')
    expect(await page.evaluate(isOpen)).toBe(true)
    await page.close()
  })

  it('prints, with everything open', async () => {
    const { page } = await open(allGood(3))
    const isShown = (): Promise<boolean> => page.locator('.metrics').first().isVisible()
    expect(await isShown()).toBe(false)
    await page.emulateMedia({ media: 'print' })
    expect(await isShown()).toBe(true)
    const pdf = await page.pdf()
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.length).toBeGreaterThan(10_000)
    await page.close()
  })

  it('draws a day of each kind, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(allBad(), {}, { colorScheme })
      const strip = page.locator('.strip').first()
      const shot = await strip.screenshot()
      const states = await page.locator('.strip rect').evaluateAll((all) => all.map((one) => one.getAttribute('fill')))
      expect(new Set(states)).toEqual(
        new Set(['good', 'failed', 'suspect', 'late', 'gap'].map((state) => `url(#day-${state})`)),
      )
      // A strip whose patterns were not found would be of one colour.
      await page.evaluate('document.querySelector("defs").remove()')
      expect(await strip.screenshot()).not.toEqual(shot)
      await page.close()
    }
  })
})
