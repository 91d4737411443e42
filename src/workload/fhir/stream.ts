import type { Expectation, RequestDraft, RequestStream } from '../../model/stream.ts'
import { createBytes } from '../bytes.ts'
import { createIdentity } from '../identity.ts'
import { patientsAtRandom } from '../patients.ts'
import { hash32, seedOf, uniform } from '../random.ts'
import type { StreamOptions } from '../streamOptions.ts'
import { codeWriter, type RequestMaker } from './code.ts'
import type { CompiledOperation, CompiledOperations } from './compiled.ts'
import { batchRenderer, createRenderer, transactionRenderer } from './create.ts'
import { hashedWriter } from './hashed.ts'
import type { OperationContext, OperationRenderer } from './operation.ts'
import { postedRenderers } from './posted.ts'
import { readRenderer, searchRenderer } from './search.ts'

const LOAD = 0x6c6f6164
const CHOICE = 0x63686f69

/** An empty draft for `render`. */
export function createDraft(): RequestDraft {
  return {
    operation: 0,
    method: 'GET',
    path: createBytes(512),
    ifNoneExist: createBytes(256),
    body: createBytes(),
    contentType: 'application/fhir+json',
  }
}

/**
 * The requests of a load: the operation of request i is drawn by weight, its patient from the population, both from seed and i.
 * `operations` begins with one entry for each operation of the load (of files: for the resources, and for Bundles of each number of entries);
 * operations of code append theirs as they are first seen.
 * @throws Error when an operation is made by code and there is no `make`
 */
export function requestStream(
  compiled: CompiledOperations,
  options: StreamOptions,
  make?: RequestMaker,
  hashOf: OperationContext['hashOf'] = null,
): RequestStream {
  const loadSeed = hash32(options.seed, LOAD, options.loadIndex)
  const context: OperationContext = {
    seed: options.populationSeed ?? options.seed,
    createdSeed: createdSeedOf(options),
    hashOf,
    identity: createIdentity(options.runKey, options.loadIndex),
    charset: compiled.charset,
    format: compiled.format ?? 'json',
    patientOf: patientsAtRandom(compiled, loadSeed),
  }
  const operations: Expectation[] = []
  const writers = compiled.operations.flatMap(operation => weighted(operation, context, operations, loadSeed, make))
  const total = writers.reduce((sum, { weight }) => sum + weight, 0)

  function render(index: number, draft: RequestDraft): void {
    let rest = uniform(loadSeed, CHOICE, index) * total
    let chosen = 0
    while (chosen < writers.length - 1 && rest >= writers[chosen]!.weight) rest -= writers[chosen++]!.weight
    writers[chosen]!.write(index, draft)
  }

  return { operations, render }
}

/** Seed of the records that a load creates. */
export function createdSeedOf({ runKey, loadIndex }: Pick<StreamOptions, 'runKey' | 'loadIndex'>): number {
  return hash32(seedOf(runKey), LOAD, loadIndex)
}

/** The requests of `make` alone, in their order. */
export function codeRequestStream(make: RequestMaker, options: StreamOptions): RequestStream {
  return requestStream(
    { operations: [{ kind: 'code', weight: 1 }], population: 0, skew: 0, charset: 'ascii' },
    options,
    make,
  )
}

interface WeightedWriter {
  readonly weight: number
  readonly write: (index: number, draft: RequestDraft) => void
}

function weighted(
  operation: CompiledOperation,
  context: OperationContext,
  operations: Expectation[],
  loadSeed: number,
  make: RequestMaker | undefined,
): WeightedWriter[] {
  const { weight } = operation
  if (operation.kind === 'code') {
    if (make === undefined)
      throw new Error('requests are made by code, but no function was given; export it from the scenario module')
    return [{ weight, write: codeWriter(make, loadSeed, operations) }]
  }
  if (operation.kind === 'hashedPatients')
    return [{ weight, write: hashedWriter(operation.records, context, operations) }]
  const renderers = renderersOf(operation, context)
  return renderers.map(({ renderer, share }) => {
    const number = operations.push(renderer.expectation) - 1
    const write = (index: number, draft: RequestDraft) => {
      draft.operation = number
      renderer.write(index, draft)
    }
    return { weight: weight * share, write }
  })
}

function renderersOf(
  operation: Exclude<CompiledOperation, { kind: 'code' | 'hashedPatients' }>,
  context: OperationContext,
): readonly { renderer: OperationRenderer; share: number }[] {
  const whole = (renderer: OperationRenderer) => [{ renderer, share: 1 }]
  switch (operation.kind) {
    case 'create':
      return whole(createRenderer(operation.resource, operation.conditional, context))
    case 'transaction':
      return whole(transactionRenderer(operation.size, context))
    case 'batch':
      return whole(batchRenderer(operation.resource, operation.size, context))
    case 'search':
      return whole(searchRenderer(operation, context))
    case 'read':
      return whole(readRenderer(context))
    case 'files':
      return postedRenderers(operation.resources)
  }
}
