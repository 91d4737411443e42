import type { Path } from './path.ts'

/** Shorter ones may be names of files; the base64 of a private key is longer (Ed25519: 64), and has no full stop. */
const SHORTEST_KEY = 40
const STARS = '***'

/** A value as it may be shown: keys and passphrases that stand where their names belong are stars, and so are users and passwords of URLs. */
export function shown(path: Path, value: unknown): unknown {
  if (typeof value === 'string') return shownText(path, value)
  if (Array.isArray(value)) return value.map((item, index) => shown([...path, index], item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown([...path, key], item)]))
}

function shownText(path: Path, text: string): string {
  if (/PRIVATE KEY-----/.test(text)) return STARS
  // Of a factor: ['vary', 'load.mllp.tls.key', 0].
  const place = path.filter(step => typeof step === 'string').join('.')
  if (/\btls\.key$/.test(place)) return shownSource(text, true)
  return /\b(tls\.passphrase|auth\.key)$/.test(place) ? shownSource(text, false) : withoutUser(text)
}

/** What a source of a secret names, with what was added in brackets; stars where it is the secret itself. */
export function shownSource(source: string, mayBeFile: boolean): string {
  const [, name, reason] = /^(.*?)( \([^()]*\))?$/s.exec(source)!
  const isName = /^env:\w+$/.test(name!) || (mayBeFile && isFileName(name!))
  return `${isName ? name : STARS}${reason ?? ''}`
}

const isFileName = (text: string) => !/[\n\r{}]/.test(text) && (text.includes('.') || text.length < SHORTEST_KEY)

/** WHATWG URLs take backslashes for slashes, and the last `@` for the end of the user. */
const withoutUser = (text: string): string => text.replace(/^(\s*[A-Za-z][\w+.-]*:[\\/]+)[^\\/?#]*@/, `$1${STARS}@`)
