/**
 * Breaks text at spaces into lines of at most `width` columns; later lines are indented below the first one's own indent. A longer
 * word stays whole. Control characters (line ends and escape sequences of foreign error texts) become spaces.
 */
export function fold(text: string, width: number, indent = ''): readonly string[] {
  const clean = text.replace(/\p{Cc}/gu, ' ')
  const lead = /^ */.exec(clean)![0]
  const lines: string[] = []
  let line = lead
  for (const [index, word] of clean.slice(lead.length).split(' ').entries()) {
    const joined = index === 0 ? `${line}${word}` : `${line} ${word}`
    if (joined.length <= width || line.trim() === '') line = joined
    else {
      lines.push(line.trimEnd())
      line = `${lead}${indent}${word}`
    }
  }
  return [...lines, line.trimEnd()]
}
