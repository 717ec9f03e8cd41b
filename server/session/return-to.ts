/**
 * Where to go after sign-in: a path of this site and nothing else. Refused are other hosts in every disguise a browser
 * understands (`//host`, `/\host`, control characters), and the doors of the sign-in itself.
 */
export function safeReturnTo(asked: string | undefined): string {
  if (asked === undefined || asked.length > 1000) return '/'

  if (!asked.startsWith('/') || /[\\\u0000-\u001f\u007f]/.test(asked)) return '/'
  const base = 'http://return-to.invalid'
  const url = URL.parse(asked, base)
  if (url === null || url.origin !== base || asked.startsWith('//')) return '/'
  if (/^\/(auth|oidc)(\/|$)/.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}
