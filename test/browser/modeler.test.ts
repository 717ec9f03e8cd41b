import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { openBrowser, visitor, type Visitor } from './visitor.ts'

const ITEM = 'FLEX-PENSION'

let browser: Browser
const guests: Visitor[] = []
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.leave()
})

async function given(login?: string, size?: { width: number; height: number }): Promise<Visitor> {
  const guest = await visitor(browser, size)
  guests.push(guest)
  if (login === undefined) await guest.page.goto('/modeler/')
  else await guest.signIn(login)
  return guest
}

async function newestVersion(page: Page): Promise<number> {
  const answer = await page.request.get(`/api/designer/items/${ITEM}/versions`)
  const { versions } = (await answer.json()) as { versions: { version: number }[] }
  return Math.max(...versions.map(({ version }) => version))
}

async function flowOf(page: Page, version: number): Promise<string> {
  return (await page.request.get(`/api/designer/items/${ITEM}/versions/${version}/flow`)).text()
}

/** Selects a step in the outline and renames it, without a pointer. */
async function rename(page: Page, step: string, name: string): Promise<void> {
  await page.getByRole('button', { name: step }).focus()
  await page.keyboard.press('e')
  const field = page.getByRole('textbox', { name: '名称' })
  await field.and(page.locator(':focus')).waitFor()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
}

async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).press('Enter')
}

describe('designing a flow', () => {
  it('publishes a renamed step as the next version, by keyboard, and leaves the old one alone', async () => {
    const { page, complaints, photograph } = await given('designer1')
    const before = await newestVersion(page)
    const next = before + 1
    const name = `受理（第${next}版）`
    await photograph('items')
    await page
      .getByRole('link', { name: `打开版本 v${before}` })
      .first()
      .press('Enter')
    await page.getByRole('region', { name: '大纲' }).waitFor()

    await rename(page, '人工环节 受理', name)
    await press(page, '检查')
    await page.getByText('检查通过，没有问题。').waitFor()
    await photograph('checked')
    await press(page, '发布为新版本')
    await page.getByText('已在办的件留在原来的版本，不受影响。').waitFor()
    await photograph('publish')
    await press(page, `发布为新版本 v${next}`)
    await page.getByRole('heading', { name: `已发布第 ${next} 版` }).waitFor()

    await press(page, '打开新版本')
    await page.getByRole('button', { name: `人工环节 ${name}` }).waitFor()
    await page.getByRole('link', { name: /Yichuang/ }).press('Enter')
    const rows = page.getByRole('region', { name: '灵活就业人员养老参保登记' }).getByRole('row')
    await rows
      .filter({ hasText: `v${next}` })
      .getByText('新办件用这个版本')
      .waitFor()
    await rows
      .filter({ hasText: `打开版本 v${before}` })
      .getByText('只有在办的老件用')
      .waitFor()
    await photograph('published')
    expect(await flowOf(page, next)).toContain(name)
    expect(await flowOf(page, before)).not.toContain(name)
    expect(complaints).toEqual([])
  })

  it('shows what is missing in a new step, leads to it, and lets it be completed or taken back', async () => {
    const { page, complaints, photograph } = await given('designer1')
    await page.goto(`/modeler/items/${ITEM}/versions/1`)
    await page.getByRole('button', { name: '自动环节 告知结果' }).press('Enter')
    await press(page, '加上')
    await press(page, '检查')

    await page.getByText(/\d+ 个问题/).waitFor()
    await page.getByRole('button', { name: '开始 提出申请' }).press('Enter')
    await page.getByRole('button', { name: '定位 Task_New1' }).first().press('Enter')
    expect(await page.getByRole('textbox', { name: '编号' }).inputValue()).toBe('Task_New1')
    await photograph('problems')

    await page.getByLabel('自动做什么').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: '公众看到（中文）' }).fill('正在核对登记结果')
    await page
      .getByRole('textbox', { name: '公众看到（英文）' })
      .fill('The result is being checked')
    await page.getByRole('textbox', { name: '名称' }).fill('复核结果')
    await page.getByLabel('这一步办什么').selectOption('review')
    await page.getByLabel('谁来办').selectOption('POST-STREET')
    await page.getByLabel('在哪个单位').selectOption('handling')
    await press(page, '检查')
    // A second review after an instant grant breaks the law's order: the page says so at the same step.
    await page.getByText('受理之前不能核查、审查或决定').first().waitFor()

    const undo = page.getByRole('button', { name: '撤销' })
    while ((await undo.getAttribute('aria-disabled')) !== 'true') await undo.press('Enter')
    await page.getByText('与第 1 版相同').waitFor()
    await press(page, '检查')
    await page.getByText('检查通过，没有问题。').waitFor()
    expect(complaints).toEqual([])
  })

  it('changes language without losing the changes', async () => {
    const { page } = await given('designer1')
    await page.goto(`/modeler/items/${ITEM}/versions/1`)
    await rename(page, '人工环节 决定', '街道决定')
    await press(page, 'English')
    await page.getByRole('button', { name: 'Step for a person 街道决定' }).waitFor()
    await page.getByText('Changes not yet published').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })
})

describe('what the page says when there is nothing to show', () => {
  it('asks a stranger to sign in, and tells a clerk whose work this is', async () => {
    const stranger = await given()
    await stranger.page.getByRole('heading', { name: '请先登录' }).waitFor()
    const clerk = await given('window1')
    await clerk.page.getByRole('heading', { name: '没有设计权限' }).waitFor()
    await clerk.photograph('forbidden')
  })

  it('tells empty from failed, and tries again', async () => {
    const { page, photograph } = await given('designer1')
    await page.route('**/api/designer/items', (route) => route.fulfill({ json: { items: [] } }))
    await page.goto('/modeler/')
    await page.getByRole('heading', { name: '还没有事项' }).waitFor()
    await photograph('empty')

    await page.unroute('**/api/designer/items')
    await page.route('**/api/designer/items', (route) => route.abort('connectionrefused'))
    await page.goto('/modeler/')
    await page.getByRole('heading', { name: '没有取到' }).waitFor()
    await photograph('failed')
    await page.unroute('**/api/designer/items')
    await press(page, '重试')
    await page.getByRole('heading', { name: '全部事项' }).waitFor()
  })

  it('says that a version is not there', async () => {
    const { page } = await given('designer1')
    await page.goto(`/modeler/items/${ITEM}/versions/99999`)
    await page.getByRole('heading', { name: '没有这个版本' }).waitFor()
  })
})

describe('on a phone', () => {
  it('reads list and diagram without scrolling sideways, and leaves the bpmn.io mark uncovered', async () => {
    const { page, complaints, photograph } = await given('designer1', { width: 390, height: 844 })
    await page.getByRole('heading', { name: '全部事项' }).waitFor()
    await photograph('items-390')
    expect(await overflow(page)).toBe(0)

    await page.goto(`/modeler/items/${ITEM}/versions/1`)
    await page.getByText('屏幕较窄，只能查看。').waitFor()
    await page.getByRole('button', { name: '开始 提出申请' }).waitFor()
    await photograph('version-390')
    expect(await overflow(page)).toBe(0)
    expect(await page.getByRole('button', { name: '发布为新版本' }).count()).toBe(0)
    expect(await markIsOnTop(page)).toBe(true)
    expect(complaints).toEqual([])
  })
})

function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

/** What a finger would touch in the middle of the mark is the mark itself. */
function markIsOnTop(page: Page): Promise<boolean> {
  return page.evaluate(`(() => {
    const mark = document.querySelector('.bjs-powered-by')
    const { left, top, width, height } = mark.getBoundingClientRect()
    return mark.contains(document.elementFromPoint(left + width / 2, top + height / 2))
  })()`)
}
