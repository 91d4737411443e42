/**
 * A controller with one clone that has taken its first message: STATE EXPERIMENT TOPOLOGY. Prints the times until then as a line of JSON, ms, and waits to be
 * killed.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startBuiltin } from '../../src/environment/builtin.ts'
import { entries } from '../../src/environment/entries.ts'
import { startGuarded } from '../../src/environment/guarded.ts'
import { survey } from '../../src/environment/netns/mechanism.ts'
import { openProbes } from '../../src/environment/netns/probe/probes.ts'
import { buildSite } from '../../src/environment/netns/site.ts'
import { TARGET_PORTS } from '../../src/environment/netns/targetPorts.ts'
import { topologyOf } from '../../src/environment/netns/topologyOf.ts'
import type { NetnsEnvironment, TopologyName } from '../../src/model/netns.ts'
import { bareScenario } from '../../src/scenario/bare.ts'

const MESSAGE = 'MSH|^~\\&|A|B|C|D|20260101000000||ADT^A01|HL7BENCH1|T|2.5\rPID|1\r'
const LONGEST_MS = 10_000

const [folder, experimentId, name] = process.argv.slice(2) as [string, string, TopologyName]
const { scenario } = bareScenario(name, {})
const environment = scenario.environment as NetnsEnvironment
const topology = topologyOf(environment, scenario.load)
const [hospital] = topology.hospitals
// What this machine can do is found out once in a process, however many clones it makes.
const { mechanisms } = await survey()
const guarded = await startGuarded({ experimentId, kind: environment.kind, folder })
const { signal } = new AbortController()
const run = join(folder, 'run')
mkdirSync(run)

const beganMs = performance.now()
const site = await buildSite(guarded, { id: 'c1.tree', topology, mechanisms, gatewayCpus: null, signal })
const builtMs = performance.now() - beganMs
const probes = openProbes(site.tree)
const [target] = await Promise.all([
  startBuiltin(guarded, {
    ...{ id: 'c1.target', protocol: 'mllp', behind: null, seed: 1, folder: run, entry: entries.target },
    ...{ scenario, signal },
    place: {
      enter: (argv, cwd) => site.tree.enter(topology.application, argv, cwd),
      address: topology.applicationAddress,
      ports: TARGET_PORTS,
      waitReady: async () => null,
    },
  }),
  // It starts while the receiver does.
  probes.listen(hospital!.host, []),
])
const { reason, reply } = await probes.exchange(hospital!.host, {
  from: hospital!.address,
  ...target.endpoint,
  message: Buffer.from(MESSAGE).toString('base64'),
  timeoutMs: LONGEST_MS,
})
const acknowledgedMs = performance.now() - beganMs
if (reason !== null || !reply.includes('MSA|AA|HL7BENCH1')) throw new Error(`no acknowledgement: ${reason ?? reply}`)
process.stdout.write(`${JSON.stringify({ builtMs, acknowledgedMs })}\n`)
setInterval(() => {}, 60_000)
