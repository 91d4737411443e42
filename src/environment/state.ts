import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { EnvironmentError } from './error.ts'

/**
 * Folder of everything that outlives an experiment's controller: `$XDG_STATE_HOME/hl7bench`, else `~/.local/state/hl7bench`.
 * A relative XDG_STATE_HOME is ignored (XDG Base Directory Specification 0.8).
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.XDG_STATE_HOME
  const base = home !== undefined && isAbsolute(home) ? home : join(homedir(), '.local', 'state')
  return join(base, 'hl7bench')
}

/** Makes the state folder. Throws EnvironmentError where what is created could not be written down. */
export function prepareState(folder = stateFolder()): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const why = (error as Error).message
    throw new EnvironmentError(
      'provision',
      'environment',
      `the state folder ${folder}, where what is created is written down, cannot be used: ${why}; make it writable, or set XDG_STATE_HOME to a folder that is`,
      { cause: error },
    )
  }
}

const JOURNAL = 'resources.jsonl'

/** Resource journal of an experiment. */
export const journalFile = (folder: string, experimentId: string) => join(folder, experimentId, JOURNAL)

/** The same before its first line is on disk; only its controller writes there. */
export const draftFile = (folder: string, experimentId: string, controllerPid: number) =>
  join(folder, `.${experimentId}.${controllerPid}`, JOURNAL)
