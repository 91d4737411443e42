import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * `$XDG_CACHE_HOME/hl7bench`, else `~/.cache/hl7bench`: what can be made again. A relative XDG_CACHE_HOME is ignored (XDG Base Directory
 * Specification 0.8).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.XDG_CACHE_HOME
  return join(home !== undefined && isAbsolute(home) ? home : join(homedir(), '.cache'), 'hl7bench')
}
