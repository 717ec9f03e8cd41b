import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { chromium, type Browser, type Page } from 'playwright-core'
import { inject } from 'vitest'

/** The background flags keep Chromium from calling its maker, which a closed network refuses many times a second. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PASSWORD = 'yichuang-demo'
/** Short of the test’s own limit, so that the step that hangs is the one that is named. */
const PATIENCE_MS = 15_000

export function openBrowser(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
    existsSync(path),
  )
  if (executablePath === undefined)
    throw new Error('Chromium is missing: apt-get install -y chromium')
  return chromium.launch({ executablePath, args: FLAGS })
}

export interface Visitor {
  readonly page: Page
  /** what the browser complained of: refused by the Content-Security-Policy, uncaught errors */
  readonly complaints: readonly string[]
  readonly signIn: (login: string) => Promise<void>
  /** kept only when SCREENSHOTS names a folder */
  readonly photograph: (name: string) => Promise<void>
  readonly leave: () => Promise<void>
}

/** One person with a browser of their own, at the given size. */
export async function visitor(
  browser: Browser,
  { width = 1440, height = 900 }: { width?: number; height?: number } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: inject('installation'),
    viewport: { width, height },
    locale: 'zh-CN',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Answers of 4xx and 5xx are told to the person by the page; the rest nobody sees.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return {
    page,
    complaints,
    async signIn(login) {
      await page.goto('/modeler/')
      await page.getByRole('link', { name: '登录' }).click()
      await page.locator('#login').fill(login)
      await page.locator('#password').fill(PASSWORD)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/modeler/')
    },
    async photograph(name) {
      const folder = process.env['SCREENSHOTS']
      if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
    },
    leave: () => context.close(),
  }
}
