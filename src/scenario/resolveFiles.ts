import type { Place } from './finding.ts'

/** Absolute names of all files that names and globs stand for, each once. */
export function filesOf(files: string | readonly string[], place: Place): readonly string[] {
  const patterns = typeof files === 'string' ? [files] : files
  return [...new Set(patterns.flatMap(pattern => place.glob(pattern)))]
}
