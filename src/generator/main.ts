import type { GeneratorPlan } from '../model/generator.ts'
import { CodeFault } from '../workload/codeFault.ts'
import { beginBearer } from './bearer.ts'
import { makeLinks } from './content.ts'
import { startStage } from './hash/stage.ts'
import { keepStandardOutput, print, readLines } from './lines.ts'
import { localErrors } from './links.ts'
import { prepare, type Ready } from './measure.ts'

/*
 * A generator process. Standard input: the plan as one line of JSON, then {"type":"start"}; its end means stop.
 * Standard output: ready, ticks, result as lines of JSON, or an error.
 */
keepStandardOutput()
let reached: 'connect' | 'measure' = 'connect'
let isFailing = false
process.on('uncaughtException', error => {
  if (isFailing) return
  // Messages are made in callbacks of timers and sockets; the words of a user's function may hold data, so nothing else is printed of it.
  if (error instanceof CodeFault) return void fail('input', error)
  process.stderr.write(`${error.stack ?? error}\n`)
  process.exit(1)
})
const nextLine = readLines(process.stdin)
const line = await nextLine()
if (line !== null) await generate(JSON.parse(line) as GeneratorPlan)
process.exit(0)

async function generate(plan: GeneratorPlan): Promise<void> {
  const ready = await (usesAutocannon(plan) ? prepareAutocannon(plan) : prepareOwn(plan))
  if (ready.connectionsOpened === 0) return fail(...whyUnconnected(plan, ready))
  await print({ type: 'ready', connections: ready.connectionsOpened })
  if ((await nextLine()) === null) return
  reached = 'measure'
  let stopped = false
  void nextLine().then(() => {
    stopped = true
    ready.stop()
  })
  try {
    const result = await ready.measure(tick => void print({ type: 'tick', ...tick }))
    if (!stopped) await print({ type: 'result', ...result })
  } catch (error) {
    await fail(error instanceof CodeFault ? 'input' : 'generator', error)
  }
}

function usesAutocannon({ load }: GeneratorPlan): boolean {
  return load.protocol === 'fhir' && load.engine === 'autocannon'
}

async function prepareOwn(plan: GeneratorPlan): Promise<Ready> {
  const stage = await startStage(plan)
  const bearer = await beginBearer(plan).catch((error: unknown) => fail('target', error))
  const makeLink = await makeLinks(plan, stage?.hashOf, bearer).catch((error: unknown) => fail('input', error))
  return await prepare(plan, makeLink, stage, bearer)
}

/** Imported only when it is used. */
async function prepareAutocannon(plan: GeneratorPlan): Promise<Ready> {
  const { prepareAutocannon: prepareIt } = await import('./autocannon/measure.ts')
  return await prepareIt(plan).catch((error: unknown) => fail('input', error))
}

function whyUnconnected({ target, load }: GeneratorPlan, { refusals }: Ready): ['target' | 'generator', Error] {
  const codes = [...refusals.keys()].join(', ') || `no answer within ${load.timeoutMs} ms`
  const fault = Object.keys(localErrors(refusals)).length > 0 ? 'generator' : 'target'
  return [
    fault,
    new Error(
      `no connection to ${target.host}:${target.port} (${codes}); check that the ${load.protocol} target listens there`,
    ),
  ]
}

async function fail(fault: 'target' | 'generator' | 'input', error: unknown): Promise<never> {
  isFailing = true
  await print({ type: 'error', stage: reached, fault, message: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
