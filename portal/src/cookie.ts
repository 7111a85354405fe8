// cookie.ts -- the two choices that the server must know before it writes a page: lang and theme.
export function setCookie(name: 'lang' | 'theme', value: string) {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}
