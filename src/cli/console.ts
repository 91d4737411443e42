import { styleText } from 'node:util'
import { createMask, type Mask } from '../mask.ts'
import type { TerminalOptions } from '../report/terminal.ts'

/** Where commands print: results on standard output, everything else on standard error, secrets masked in both. */
export interface Console {
  /** Machine output, reports. */
  out(text: string): void
  /** Progress, warnings, errors. */
  err(text: string): void
  readonly mask: Mask
  /** A person watches standard error, and it can be drawn on. */
  readonly isInteractive: boolean
  readonly terminal: TerminalOptions
}

const NARROWEST = 60
const WIDEST = 100

export function createConsole(env: NodeJS.ProcessEnv, wantsColor: boolean): Console {
  const mask = createMask(env)
  for (const stream of [process.stdout, process.stderr]) ignoreClosing(stream)
  const isCi = !['', '0', 'false'].includes((env.CI ?? '').toLowerCase())
  const colors = wantsColor && hasColor(env, process.stdout.isTTY === true && !isCi)
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colors ? styleText(format, text, { validateStream: false }) : text
  return {
    out: text => void process.stdout.write(mask(text)),
    err: text => void process.stderr.write(mask(text)),
    mask,
    isInteractive: process.stdout.isTTY === true && process.stderr.isTTY === true && !isCi && env.TERM !== 'dumb',
    terminal: {
      style: {
        bold: paint('bold'),
        good: paint('green'),
        bad: paint('red'),
        warning: paint('yellow'),
        dim: paint('dim'),
      },
      glyphs: hasUnicode(env) ? 'unicode' : 'ascii',
      width: Math.min(WIDEST, Math.max(NARROWEST, process.stdout.columns ?? 80)),
    },
  }
}

const CLOSED = new Set(['EPIPE', 'EIO'])

/** Who reads has gone (`| head`, a closed terminal): what runs goes on in good order all the same. */
function ignoreClosing(stream: NodeJS.WriteStream): void {
  if (stream.listenerCount('error') > 0) return
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!CLOSED.has(error.code ?? '')) throw error
  })
}

/** https://no-color.org and https://force-color.org. */
function hasColor(env: NodeJS.ProcessEnv, byDefault: boolean): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0'
  return byDefault && env.TERM !== 'dumb'
}

function hasUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  // No locale at all is what containers and build servers have: their logs are UTF-8.
  return locale === '' || /utf-?8/i.test(locale)
}
