/** First line of the error of a failed run, without what it quotes below. */
export function firstLine(error: string): string {
  return error.split('\n')[0]!.replace(/; it printed:$/, '')
}

/** The same for errors and reasons that differ in their figures alone. */
export const kindOf = (reason: string): string => reason.replace(/\d+(\.\d+)?/g, '#')
