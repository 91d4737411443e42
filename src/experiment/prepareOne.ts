import type { Guarded } from '../environment/guarded.ts'
import type { Sut } from '../model/scenario.ts'
import { buildSut } from './arms/build.ts'
import { NOTHING_PREPARED, type Prepared } from './session.ts'

/** Builds the SUT where it lies, once before the first run. @param folder of the experiment: the build's log */
export async function prepareOne(sut: Sut, folder: string, guarded: Guarded, signal: AbortSignal): Promise<Prepared> {
  if (sut.build !== null) await buildSut(guarded, { name: 'build', arm: null, command: sut.build, sut, folder }, signal)
  return NOTHING_PREPARED
}
