import { hrtime } from 'node:process'
import type { DrillStep, DrillSteps } from '../../../model/drill.ts'
import type { CloneDrills } from '../../../model/environment.ts'
import { openProbes } from '../probe/probes.ts'
import type { Site } from '../site.ts'
import type { Addition } from './addition.ts'
import { sendThrough } from './sendThrough.ts'
import { tryClosed } from './tryClosed.ts'

type Performed = Awaited<ReturnType<CloneDrills['add']>>

/** One drill: it remembers how many stages of its addition are given. */
interface Performer extends Omit<CloneDrills, 'add'> {
  add(message: Uint8Array, identity: string): Promise<Performed>
}

export function performerOf({ tree, topology }: Site, addition: Addition): Performer {
  const { do: what, tunnel, port, stages, isThere } = addition
  let given = isThere ? stages.length : 0
  let closedBefore = ''
  // Of its own: on a host that several drills send from, none waits for the exchange of another.
  let probes = openProbes(tree)

  const giveAll = async (done: (step: DrillStep) => void = () => {}) => {
    for (; given < stages.length; given++) {
      await stages[given]!.give()
      done(stages[given]!.step)
    }
  }
  const takeAll = async () => {
    for (; given > 0; given--) await stages[given - 1]!.take()
  }

  return {
    async withhold() {
      probes = openProbes(tree)
      await takeAll()
    },
    // This starts the probe, too: a process that has yet to start would count as time of the drill.
    async proveClosed() {
      closedBefore = await tryClosed(probes, topology, addition)
    },
    async add(message, identity) {
      const machineMs = nowMs()
      const steps = nothingDone(stages.map(({ step }) => step))
      const done = (step: DrillStep, atMs = nowMs()) => {
        steps[step] = atMs - machineMs
      }
      const told = { do: what, tunnel, port, closedBefore, machineMs, steps }
      try {
        await giveAll(done)
        const askedMs = nowMs()
        const { connectedMs, acknowledgedMs, error } = await sendThrough(probes, topology, addition, message, identity)
        if (connectedMs !== null) done('connected', askedMs + connectedMs)
        if (acknowledgedMs !== null) done('firstAck', askedMs + acknowledgedMs)
        return { ...told, error }
      } catch (error) {
        return { ...told, error: (error as Error).message }
      }
    },
    async restore() {
      await probes.close()
      await (isThere ? giveAll() : takeAll())
    },
  }
}

const nowMs = () => Number(hrtime.bigint()) / 1e6

const nothingDone = (stages: readonly DrillStep[]): { -readonly [Step in keyof DrillSteps]: DrillSteps[Step] } =>
  Object.fromEntries([...stages, 'connected' as const, 'firstAck' as const].map(step => [step, null]))
