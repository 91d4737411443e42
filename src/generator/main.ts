import type { GeneratorPlan } from '../model/generator.ts'
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
const nextLine = readLines(process.stdin)
const line = await nextLine()
if (line !== null) await generate(JSON.parse(line) as GeneratorPlan)
process.exit(0)

async function generate(plan: GeneratorPlan): Promise<void> {
  const ready = await (usesAutocannon(plan) ? prepareAutocannon(plan) : prepareOwn(plan))
  if (ready.connectionsOpened === 0) return fail('connect', ...whyUnconnected(plan, ready))
  await print({ type: 'ready', connections: ready.connectionsOpened })
  if ((await nextLine()) === null) return
  let stopped = false
  void nextLine().then(() => {
    stopped = true
    ready.stop()
  })
  try {
    const result = await ready.measure(tick => void print({ type: 'tick', ...tick }))
    if (!stopped) await print({ type: 'result', ...result })
  } catch (error) {
    await fail('measure', 'generator', error)
  }
}

function usesAutocannon({ load }: GeneratorPlan): boolean {
  return load.protocol === 'fhir' && load.engine === 'autocannon'
}

async function prepareOwn(plan: GeneratorPlan): Promise<Ready> {
  const stage = await startStage(plan)
  const bearer = await beginBearer(plan).catch((error: unknown) => fail('connect', 'target', error))
  const makeLink = await makeLinks(plan, stage?.hashOf, bearer).catch((error: unknown) =>
    fail('connect', 'input', error),
  )
  return await prepare(plan, makeLink, stage, bearer)
}

/** Imported only when it is used. */
async function prepareAutocannon(plan: GeneratorPlan): Promise<Ready> {
  const { prepareAutocannon: prepareIt } = await import('./autocannon/measure.ts')
  return await prepareIt(plan).catch((error: unknown) => fail('connect', 'input', error))
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

async function fail(
  stage: 'connect' | 'measure',
  fault: 'target' | 'generator' | 'input',
  error: unknown,
): Promise<never> {
  await print({ type: 'error', stage, fault, message: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
