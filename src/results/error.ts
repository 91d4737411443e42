export type ResultsErrorCode = 'columns' | 'malformed' | 'locked' | 'unwritable' | 'unreadable' | 'full' | 'journal'

/** The results cannot be kept or read. The message ends with the remedy. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError'
  readonly code: ResultsErrorCode

  constructor(code: ResultsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The system's error code (`ENOSPC`, `EACCES`), or null for any other failure. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A failed write as an error that says what can be done about it. */
export function writeError(file: string, error: unknown): ResultsError {
  if (error instanceof ResultsError) return error
  const code = systemCode(error)
  const why = error instanceof Error ? error.message : String(error)
  if (code !== null && FULL.has(code)) {
    return new ResultsError(
      'full',
      `${file}: no room for more (${code}); nothing half-written was left. Free disk space or raise the file size limit, then resume.`,
      { cause: error },
    )
  }
  return new ResultsError(
    'unwritable',
    `${file} cannot be written: ${why}. Make its folder writable, or name another file with --results.`,
    { cause: error },
  )
}
