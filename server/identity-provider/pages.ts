import { createHash } from 'node:crypto'

import { html, page } from '../pages/html.ts'

const NOTES = {
  wrong: ['账号或密码不对', 'Wrong login or password'],
  locked: ['输错太多次，请 15 分钟后再试', 'Too many wrong tries; try again in 15 minutes'],
} as const

export function signInPage(uid: string, note?: keyof typeof NOTES, login = ''): string {
  const [zh, en] = note === undefined ? ['', ''] : NOTES[note]
  return page(
    '登录 · Sign in',
    html`<h1>工作人员登录</h1>
      <p class="en">Staff sign-in (demo district)</p>
      <section>
        ${note === undefined ? '' : html`<p class="bad" role="alert">${zh} <span class="en">${en}</span></p>`}
        <form method="post" action="/oidc/interaction/${uid}">
          <label for="login">账号 <span class="en">Login</span></label>
          <input
            id="login"
            name="login"
            value="${login}"
            autocomplete="username"
            autocapitalize="none"
            maxlength="64"
            required
            autofocus
          />
          <label for="password">密码 <span class="en">Password</span></label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            maxlength="200"
            required
          />
          <button type="submit">登录 Sign in</button>
        </form>
      </section>`,
  )
}

/** Pressed by the page itself where scripts run; the button serves everyone else. */
const SUBMIT_SCRIPT = "document.getElementById('op.logoutForm').submit()"
export const SUBMIT_SCRIPT_HASH = `'sha256-${createHash('sha256').update(SUBMIT_SCRIPT).digest('base64')}'`

/** @param form the provider's own form (id op.logoutForm) with its anti-forgery value */
export function signOutPage(form: string): string {
  return page(
    '退出 · Sign out',
    html`<h1>退出登录</h1>
      <section>
        ${{ markup: form }}
        <input type="hidden" name="logout" value="yes" form="op.logoutForm" />
        <button type="submit" form="op.logoutForm">退出 Sign out</button>
      </section>
      ${{ markup: `<script>${SUBMIT_SCRIPT}</script>` }}`,
  )
}

export function signedOutPage(): string {
  return page(
    '已退出 · Signed out',
    html`<h1>已退出登录</h1>
      <p class="en">You are signed out.</p>
      <p><a href="/auth/login">重新登录 Sign in again</a></p>`,
  )
}

/** @param code the protocol's error code, never a value that was sent */
export function refusedPage(code: string): string {
  return page(
    '登录未完成 · Sign-in not completed',
    html`<h1>登录未完成</h1>
      <p class="en">The sign-in was not completed.</p>
      <section>
        <p>请重新登录。<span class="en">Please start again.</span></p>
        <p><code>${code}</code></p>
        <p><a href="/auth/login">重新登录 Sign in again</a></p>
      </section>`,
  )
}
