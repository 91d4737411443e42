import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mask } from '../mask.ts'
import { writeArtefact } from '../results/artefact.ts'
import { UsageError } from './errors.ts'
import type { RunFlags } from './runOptions.ts'

const INVOCATION = 'invocation.json'

/** What `resume` needs to load the same scenario again. */
export interface Invocation {
  readonly schema: 'hl7bench.invocation/1'
  readonly targets: readonly string[]
  readonly flags: RunFlags
  readonly cwd: string
  /** The command line that does the same anew. */
  readonly repeat: string
  /** A secret was left out: the same cannot be done again. */
  readonly masked: boolean
}

export function writeInvocation(
  folder: string,
  { targets, flags, repeat }: Pick<Invocation, 'targets' | 'flags' | 'repeat'>,
  mask: Mask,
): void {
  // Tags are in the journal, and a secret in one stands in the way of nothing.
  const { tag: _, ...needed } = flags
  const plain = JSON.stringify({ targets, flags: needed })
  const invocation: Invocation = {
    schema: 'hl7bench.invocation/1',
    targets,
    flags: needed,
    cwd: process.cwd(),
    repeat,
    masked: mask(plain) !== plain,
  }
  writeArtefact(folder, INVOCATION, mask(`${JSON.stringify(invocation, null, 2)}\n`))
}

/** @throws UsageError when the experiment cannot be begun the same way again */
export function readInvocation(folder: string): Invocation {
  const file = join(folder, INVOCATION)
  let invocation: Invocation
  try {
    invocation = JSON.parse(readFileSync(file, 'utf8')) as Invocation
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as Error).message}): nothing to resume by; run it anew`)
  }
  if (invocation.masked)
    throw new UsageError(
      'cannot resume: the command line held a secret, which was not written down; run it anew, and let the commands read the secret from its environment variable',
    )
  return invocation
}

/** The command line that began an experiment, or null when it was not written down. */
export function repeatOf(folder: string): string | null {
  try {
    return (JSON.parse(readFileSync(join(folder, INVOCATION), 'utf8')) as Invocation).repeat
  } catch {
    return null
  }
}
