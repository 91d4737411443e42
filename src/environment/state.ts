import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Folder of everything that outlives an experiment's controller: `$XDG_STATE_HOME/hl7bench`, else `~/.local/state/hl7bench`.
 * A relative XDG_STATE_HOME is ignored (XDG Base Directory Specification 0.8).
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.XDG_STATE_HOME
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), '.local', 'state')
  return join(base, 'hl7bench')
}

/** Resource journal of an experiment. */
export const journalFile = (folder: string, experimentId: string) => join(folder, experimentId, 'resources.jsonl')
