import { createInterface } from 'node:readline'
import type { TargetBehaviour } from '../../src/model/scenario.ts'
import { startMllpTarget } from '../../src/target/mllpTarget.ts'

/*
 * The built-in MLLP receiver, kept over many runs: each line of standard input is the service time, ms, of the requests from now on,
 * and is answered by a line. Its end ends the program.
 */
const serviceTime = { distribution: 'constant' as const, meanMs: 0, cv: 0 }
const behaviour: TargetBehaviour = { serviceTime, faults: [] }
const { port, close } = await startMllpTarget({ host: '127.0.0.1', port: 0, behaviour, seed: 1, arrivalsFile: null })
console.log(port)
for await (const line of createInterface({ input: process.stdin })) {
  serviceTime.meanMs = Number(line)
  console.log('set')
}
await close()
