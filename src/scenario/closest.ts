import { distance } from 'fastest-levenshtein'

/** The known word that a misspelt one most likely stands for; null when none is near. */
export function closest(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map(candidate => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best && best.edits <= Math.max(1, Math.floor(Math.max(word.length, best.candidate.length) / 3))
    ? best.candidate
    : null
}
