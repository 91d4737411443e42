import type { Provisioner } from '../model/environment.ts'
import type { EnvironmentSpec } from '../model/scenario.ts'
import { attachedProvisioner } from './attached.ts'
import type { Guarded } from './guarded.ts'
import { netnsProvisioner } from './netns/provisioner.ts'
import { processProvisioner } from './process.ts'

/** The provisioner of an environment's kind. */
export function provisionerFor({ kind }: EnvironmentSpec, guarded: Guarded): Provisioner {
  if (kind === 'netns') return netnsProvisioner(guarded)
  return kind === 'process' ? processProvisioner(guarded) : attachedProvisioner(guarded)
}
