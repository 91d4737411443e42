import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { cacheFolder } from '../cacheFolder.ts'
import { makeFolder } from '../results/makeFolder.ts'

/**
 * Keeps compiled code for the commands that follow, which need not compile again. The folder is the user's own, since this is code
 * that runs; where it cannot be written, the user has no home, or has told Node what to do about it, nothing is kept.
 */
export function keepCompiledCode(): void {
  const { NODE_COMPILE_CACHE: named, NODE_DISABLE_COMPILE_CACHE: disabled } = process.env
  if (named !== undefined || disabled !== undefined) return
  try {
    const cache = cacheFolder()
    if (!isAbsolute(cache) || !existsSync(dirname(dirname(cache)))) return
    const folder = join(cache, 'compiled')
    makeFolder(folder)
    module.enableCompileCache(folder)
  } catch {
    // Commands start all the same.
  }
}
