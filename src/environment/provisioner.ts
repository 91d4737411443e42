import type { Provisioner } from '../model/environment.ts'
import type { EnvironmentSpec } from '../model/scenario.ts'
import { attachedProvisioner } from './attached.ts'
import type { Guarded } from './guarded.ts'
import { processProvisioner } from './process.ts'

/** The provisioner of an environment's kind. */
export function provisionerFor({ kind }: EnvironmentSpec, guarded: Guarded): Provisioner {
  return kind === 'process' ? processProvisioner(guarded) : attachedProvisioner(guarded)
}
