import { globSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Place } from './finding.ts'

/** The disk as a scenario sees it: relative names start at `folder`. Patterns are read once. */
export function placeAt(folder: string, file: string | null, env: Place['env'] = {}): Place {
  const known = new Map<string, readonly string[]>()
  const find = (pattern: string) =>
    globSync(pattern, { cwd: folder })
      .map(name => resolve(folder, name))
      .filter(name => statSync(name, { throwIfNoEntry: false })?.isFile())
      .sort()
  return {
    file,
    env,
    resolve: name => resolve(folder, name),
    glob(pattern) {
      const files = known.get(pattern) ?? find(pattern)
      known.set(pattern, files)
      return files
    },
    isFolder: absolute => statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ?? false,
  }
}
