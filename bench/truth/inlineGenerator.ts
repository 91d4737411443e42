import { PassThrough } from 'node:stream'
import { makeLinks } from '../../src/generator/content.ts'
import { readLines } from '../../src/generator/lines.ts'
import { prepare } from '../../src/generator/measure.ts'
import type { GeneratorProcess } from '../../src/model/environment.ts'
import type { GeneratorLine, GeneratorPlan } from '../../src/model/generator.ts'

/** The generator and its dialogue in this process: starting one takes longer than a run of this bench. */
export function inlineGenerator(): GeneratorProcess {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const { promise: exited, resolve: exit } = Promise.withResolvers<{ code: number | null; signal: string | null }>()
  const print = (line: GeneratorLine) => void output.write(`${JSON.stringify(line)}\n`)
  void generate(readLines(input), print).then(
    () => exit({ code: 0, signal: null }),
    (error: Error) => {
      errors.write(`${error.message}\n`)
      exit({ code: 1, signal: null })
    },
  )
  return { pid: process.pid, input, output, errors, exited, kill: () => void input.end() }
}

async function generate(nextLine: () => Promise<string | null>, print: (line: GeneratorLine) => void): Promise<void> {
  const plan = JSON.parse((await nextLine()) ?? '') as GeneratorPlan
  const ready = await prepare(plan, await makeLinks(plan))
  print({ type: 'ready', connections: ready.connectionsOpened })
  if ((await nextLine()) === null) return
  print({ type: 'result', ...(await ready.measure(tick => print({ type: 'tick', ...tick }))) })
}
