/**
 * A user's function did wrong: it threw, or gave something that cannot be sent. The message is fit for reports and rows: neither what the
 * function said nor what it made is in it, as both may hold data of patients.
 */
export class CodeFault extends Error {
  override readonly name = 'CodeFault'
}

/**
 * Calls a user's function.
 * @param what `message 4 of the function`
 * @throws CodeFault with the kind of error and its place, and none of its words
 */
export function callCode<T>(what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw new CodeFault(
      `${what} could not be made: ${kindOf(error)}${placeOf(error)}; call the function with this index alone to see what it says`,
    )
  }
}

/** What a value is, without what is in it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  if (typeof (value as { then?: unknown }).then === 'function') return 'a Promise'
  return Array.isArray(value) ? 'an array' : 'an object'
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return `it threw ${typeName(error)}`
  // A name that an error was given may be any text.
  return /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'an error'
}

/** ` at mine.ts:4:31`: the innermost place in a file, without its folder; what the error says of itself stands before it in the stack. */
function placeOf(error: unknown): string {
  const { stack = '', message = '' } = error instanceof Error ? error : {}
  const frames = stack.slice(stack.indexOf(message) + message.length)
  const match = /^ +at .*?([\w.-]{1,80}\.[cm]?[jt]s:\d+:\d+)\)?$/m.exec(frames)
  return match === null ? '' : ` at ${match[1]}`
}
