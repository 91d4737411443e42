import { Command } from 'commander'
import { EXIT } from '../experiment/exit.ts'
import { readOwnVersion } from '../results/provenance.ts'
import { addCalibrate } from './calibrate.ts'
import { addCapacity } from './capacity.ts'
import { addCompare } from './compare.ts'
import { type Console, createConsole } from './console.ts'
import { addDoctor } from './doctor.ts'
import { addEnv } from './env.ts'
import { describeError, exitCodeOf } from './errors.ts'
import { addHash } from './hash.ts'
import { addHistory } from './history.ts'
import { addInit } from './init.ts'
import { addInspect } from './inspect.ts'
import { addReport } from './report.ts'
import { addResume } from './resume.ts'
import { addRun } from './run.ts'
import { addServe } from './serve.ts'
import { addValidate } from './validate.ts'

const EXIT_CODES = `
Exit codes, the first that applies: 105 interrupted, 104 bad input, 100 provision failed, 113 no valid result, 111 slower,
99 SLO missed, 112 not settled (only with --fail-on inconclusive), 101 teardown failed, 114 result good but something leaked; 0 ok, 1 internal error.
`

const program = new Command('hl7bench')
  .description('measures how much HL7 traffic a healthcare integration can carry')
  .version(readOwnVersion())
  .option('--no-color', 'no colours (also NO_COLOR)')
  .option('-v, --verbose', 'more about errors')
  .addHelpText('after', EXIT_CODES)
  .configureOutput({ writeOut: text => console().out(text), writeErr: text => console().err(text) })
  .showHelpAfterError('(hl7bench --help lists commands and options)')
  .exitOverride()

let made: Console | null = null
const console = (): Console => (made ??= createConsole(process.env, program.opts<{ color: boolean }>().color))
let code: number = EXIT.ok
const exit = (result: number): void => {
  code = result
}

addRun(program, console, exit)
addCompare(program, console, exit)
addCapacity(program, console, exit)
addInit(program, console)
addValidate(program, console)
addInspect(program, console)
addDoctor(program, console, exit)
addServe(program, console)
addResume(program, console, exit)
addReport(program, console)
addHistory(program, console, exit)
addHash(program, console, exit)
addEnv(program, console, exit)
addCalibrate(program, console, exit)

try {
  await program.parseAsync()
} catch (error) {
  const text = describeError(error, program.opts<{ verbose?: boolean }>().verbose ?? false)
  if (text !== null) console().err(text)
  code = exitCodeOf(error)
}
process.exitCode = code
