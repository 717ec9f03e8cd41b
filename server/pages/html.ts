/** Small server-made pages: escaped by construction, no script, readable at 390 px. */
export interface Html {
  readonly markup: string
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

type Part = string | number | Html | readonly Html[]

/** Tagged template: every value is escaped unless it is Html itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: strings.reduce((out, text, i) => out + render(values[i - 1]) + text) }
}

function render(value: Part | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c)
  if (typeof value === 'number') return String(value)
  if ('markup' in value) return value.markup
  return value.map((part) => part.markup).join('')
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1a1a1a;--mute:#595959;--line:#d4d4d4;--bg:#f6f7f9;--card:#fff;--act:#0b5cab;--bad:#a4262c;--good:#0f6b3a}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--mute:#b0b0b0;--line:#454545;--bg:#16181b;--card:#202328;--act:#7db8f0;--bad:#f08a8a;--good:#7fd0a0}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 "Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 3rem}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1.25rem;margin:1rem 0}
h1{font-size:1.375rem;margin:.25rem 0 .5rem}
.en{color:var(--mute);font-size:.875rem}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.5rem 1rem;margin:0}
dt{color:var(--mute)}
dd{margin:0;overflow-wrap:anywhere}
@media(max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.75rem}}
code{font-size:.875rem;overflow-wrap:anywhere}
a{color:var(--act)}
label{display:block;margin:.75rem 0 .25rem}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--mute);border-radius:6px}
button{margin-top:1.25rem;min-height:2.75rem;padding:.5rem 1.25rem;font:inherit;color:#fff;background:#0b5cab;border:0;border-radius:6px;cursor:pointer}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
.bad{color:var(--bad)}
.good{color:var(--good)}
`

export function page(title: string, body: Html): string {
  return `<!doctype html>\n${
    html`<html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.markup
  }`
}
