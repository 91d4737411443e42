import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

export const PEPPER_VARIABLE = 'HL7BENCH_SECRET_PEPPER'
const FILE_VARIABLE = `${PEPPER_VARIABLE}_FILE`
const FEWEST_BYTES = 16
/** Sixteen random bytes have fewer different ones once in 10^9. */
const FEWEST_DIFFERENT = 8

/** The pepper cannot be used. The message ends with the remedy and never holds the pepper. */
export class PepperError extends Error {
  override readonly name = 'PepperError'
}

type Env = Record<string, string | undefined>

/**
 * The pepper of `HL7BENCH_SECRET_PEPPER`, or of the file that `HL7BENCH_SECRET_PEPPER_FILE` names: hex or base64 digits as what they stand
 * for, any other text as its bytes. null = none is set. @throws PepperError below 128 bits
 */
export function readPepper(env: Env): Uint8Array | null {
  const text = (env[PEPPER_VARIABLE] ?? contentOf(env[FILE_VARIABLE]))?.trim()
  if (text === undefined || text === '') return null
  const pepper = bytesOf(text)
  if (pepper.length < FEWEST_BYTES || new Set(pepper).size < FEWEST_DIFFERENT)
    throw new PepperError(
      `${PEPPER_VARIABLE} holds less than 128 bits (${pepper.length} bytes, ${new Set(pepper).size} different ones); make one with openssl rand -hex 32`,
    )
  return pepper
}

/** Sees to a pepper in the environment of this process and its children: a random one, to be thrown away, where none is set. Tells whether. */
export function providePepper(env: Env): 'given' | 'random' {
  if (readPepper(env) !== null) return 'given'
  env[PEPPER_VARIABLE] = randomBytes(32).toString('hex')
  return 'random'
}

function contentOf(file: string | undefined): string | undefined {
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new PepperError(`${FILE_VARIABLE}: ${(error as Error).message}; name a file that can be read`)
  }
}

function bytesOf(text: string): Uint8Array {
  if (/^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex')
  const decoded = Buffer.from(text, 'base64')
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0
  return isBase64 ? decoded : Buffer.from(text)
}
