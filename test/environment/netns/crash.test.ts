import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import type { NetnsEnvironment } from '../../../src/model/netns.ts'
import { needs } from '../../needs.ts'
import { fixture, foundBySweep, leftovers, newExperimentId, scenarioOf, temporaryFolder } from '../support.ts'
import { canIpsec, IPSEC, WHAT } from './support.ts'

const withIpsec = needs(canIpsec && existsSync('/proc/self/environ'), `${WHAT} strongSwan`)
/** More by hand: HL7BENCH_CLONE_KILLS=50. */
const KILLS = Number(process.env.HL7BENCH_CLONE_KILLS ?? 5)
const MOST_MS_A_KILL = 24_000
const LONGEST_LIFE_MS = 2_500

const environment: NetnsEnvironment = {
  kind: 'netns',
  parallel: 1,
  topology: 'site-to-site',
  vpn: IPSEC,
  link: { delayMs: 0, jitterMs: 0, lossRatio: 0, rateMbit: null, mtu: null },
  hospitals: 1,
  overlapping: 0,
  translatedBy: 'hospital',
  checks: 'first',
  cpus: { generators: null, gateways: null, targets: null },
}

const outside = () => ({
  links: readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .slice(2)
    .map(line => line.split(':')[0])
    .sort(),
  mounts: readFileSync('/proc/mounts', 'utf8').split('\n').length,
})

withIpsec(
  'a controller killed at any moment of a clone leaves no process, namespace, mount, link or entry of a journal',
  async () => {
    const before = outside()
    for (let kill = 0; kill < KILLS; kill++) {
      const folder = temporaryFolder()
      const experimentId = newExperimentId()
      const scenario = JSON.stringify(scenarioOf({ environment }))
      const controller = spawn(process.execPath, [fixture('controller-process.ts'), folder, experimentId, scenario], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      onTestFinished(() => void controller.kill('SIGKILL'))
      await sleep(200 + ((kill + Math.random()) / KILLS) * LONGEST_LIFE_MS)
      expect(controller.exitCode).toBeNull()
      controller.kill('SIGKILL')
      await once(controller, 'exit')
      expect(await leftovers(experimentId)).toEqual([])
      expect(outside()).toEqual(before)
      expect(await foundBySweep(join(folder, 'state'))).toEqual({ swept: [], entries: [] })
    }
  },
  KILLS * MOST_MS_A_KILL,
)
