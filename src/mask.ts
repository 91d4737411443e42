import { readFileSync } from 'node:fs'

/** Replaces every secret in a text by `***`. */
export type Mask = (text: string) => string

const SHORTEST_SECRET = 4
/** Shorter ones would be found by chance in histograms, which are base64 too. */
const SHORTEST_BASE64 = 8
/** Of a secret of several lines, such as a key in PEM. Shorter ones may be ordinary text. */
const SHORTEST_LINE = 16

/**
 * Mask of the values of all variables whose name contains SECRET, and, where such a name ends in `_FILE`, of the content of
 * the file it names instead. Values of fewer than 4 characters are left: they would mask ordinary text.
 * Also found: the JSON-escaped, URL-encoded and base64 forms, the latter for secrets of 7 bytes or more at any offset, as in the
 * `user:password` of HTTP Basic. Of a secret of several lines each line of 16 characters or more is found alone, for who prints it may put a
 * prefix before each, or join them.
 */
export function createMask(env: Readonly<Record<string, string | undefined>>): Mask {
  const found = secrets(env)
  const forms = [...new Set(found.flatMap(secret => [...formsOf(secret), ...longLines(secret)]))].sort(
    (a, b) => b.length - a.length,
  )
  if (forms.length === 0) return noMask
  // The lines of a key make some hundred forms: to look for each by itself is several times as fast as one pattern of them all.
  return text => {
    const present = forms.filter(form => text.includes(form))
    return present.length === 0 ? text : text.replace(new RegExp(present.map(escapePattern).join('|'), 'g'), '***')
  }
}

/** Of an environment without secrets. */
export const noMask: Mask = text => text

// RegExp.escape is not in Node 22.
const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Plain data with every string masked, names of properties included; its shape and numbers stay. */
export function maskStrings<T>(value: T, mask: Mask): T {
  return maskAny(value, mask) as T
}

function maskAny(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map(item => maskAny(item, mask))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [mask(name), maskAny(item, mask)]))
}

function secrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([name]) => name.toUpperCase().includes('SECRET'))
    .map(([name, value]) => (name.toUpperCase().endsWith('_FILE') ? contentOf(value ?? '') : (value ?? '')))
    .flatMap(secret => [secret, secret.trim(), secret.replaceAll('\\n', '\n')])
    .filter(secret => secret.length >= SHORTEST_SECRET)
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // What could not be read cannot be printed either; whoever needs the secret reports the missing file.
    return ''
  }
}

/** Line breaks that are written `\n`, as variables of a CI hold them, count too. The lines around a PEM are in every one. */
function longLines(secret: string): string[] {
  const lines = secret.split(/(?:[\r\n]|\\[rn])+/).map(line => line.trim())
  if (lines.length === 1) return []
  return lines
    .filter(line => line.length >= SHORTEST_LINE && !/^-----(BEGIN|END) /.test(line))
    .flatMap(line => [line, escapedForm(line)])
}

const escapedForm = (secret: string): string => JSON.stringify(secret).slice(1, -1)

function formsOf(secret: string): string[] {
  // encodeURIComponent throws on lone surrogates.
  const url = encodeURIComponent(secret.toWellFormed())
  const form = new URLSearchParams({ v: secret }).toString().slice(2)
  return [
    secret,
    escapedForm(secret),
    url,
    url.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    form,
    form.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
    ...base64Forms(Buffer.from(secret)),
  ]
}

/** A secret inside a longer encoded text starts at one of three places in a group; the characters it shares with its neighbours are left out. */
function base64Forms(secret: Buffer): string[] {
  const whole = secret.toString('base64')
  const inner = [0, 1, 2].map(offset => {
    const text = Buffer.concat([Buffer.alloc(offset), secret])
      .toString('base64')
      .replace(/=+$/, '')
    const shared = (offset + secret.length) % 3 === 0 ? 0 : 1
    return text.slice(offset === 0 ? 0 : offset + 1, text.length - shared)
  })
  return [whole, whole.replace(/=+$/, ''), ...inner]
    .filter(text => text.length >= SHORTEST_BASE64)
    .flatMap(text => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
}
