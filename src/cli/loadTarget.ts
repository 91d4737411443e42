import { existsSync } from 'node:fs'
import { adhocScenario } from '../scenario/adhoc.ts'
import type { LoadedScenario } from '../scenario/compile.ts'
import { loadScenario } from '../scenario/load.ts'
import { UsageError } from './errors.ts'
import { type RunFlags, scenarioFlags, settings } from './runOptions.ts'

const ADDRESS = /^[a-z][a-z0-9+]*:\/\//i
const HOST_AND_PORT = /^[\w.-]+:\d{1,5}$/

/** The scenario that a command's arguments name: one file, or the addresses of servers that run already. */
export function loadTarget(targets: readonly string[], flags: RunFlags): Promise<LoadedScenario> | LoadedScenario {
  const options = { sets: settings(flags), env: process.env }
  if (targets.length > 0 && targets.every(target => ADDRESS.test(target)))
    return adhocScenario(targets, scenarioFlags(flags), options)
  const [file, ...more] = targets
  if (file === undefined) {
    throw new UsageError(
      'no scenario and no address given; write hl7bench run my.bench.ts, or hl7bench run mllp://127.0.0.1:2575 --rate 100, or begin with hl7bench init',
    )
  }
  if (more.length > 0)
    throw new UsageError(`one scenario file at a time, or only addresses; found ${targets.join(' ')}`)
  if (!existsSync(file) && HOST_AND_PORT.test(file))
    throw new UsageError(
      `${file} does not exist as a file; if it is a server, say what it speaks: mllp://${file}, or http://${file}/fhir`,
    )
  if (!existsSync(file))
    throw new UsageError(
      `${file} does not exist; name a scenario file (.ts, .yaml, .json), or write one with hl7bench init`,
    )
  const { messages, name, ...scenario } = scenarioFlags(flags)
  if (messages !== undefined || name !== undefined)
    throw new UsageError('--messages and --name are for addresses; in a scenario file set messages.files and name')
  return loadScenario(file, { ...options, flags: scenario })
}
