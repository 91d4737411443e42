/**
 * Process entry: keeps a clone for use by hand, in a session of its own. It is the controller of what it makes: the clone ends with it,
 * however it ends.
 */
import { createInterface } from 'node:readline'
import { keep } from './keep.ts'
import { KEEP, type KeeperReport, type KeeperRequest } from './keeperProtocol.ts'

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () =>
    ending.abort(
      new Error(
        'it was told to end before it stood (npx hl7bench env down, or a signal to its keeper); bring it up again',
      ),
    ),
  )
// Whoever asked for the clone is gone once it is up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const lines: string[] = []
createInterface({ input: process.stdin })
  .on('line', line => {
    lines.push(line)
    if (lines.length === 1) void run(JSON.parse(line) as KeeperRequest)
  })
  .on('close', () => {
    if (lines[1] !== KEEP) ending.abort(new Error('whoever asked for the clone has ended'))
  })

async function run(request: KeeperRequest): Promise<void> {
  try {
    await keep(request, kept => report({ type: 'up', kept }), ending.signal)
    process.exit(0)
  } catch (error) {
    report({ type: 'failed', message: (error as Error).message }, () => process.exit(1))
  }
}

function report(line: KeeperReport, onWritten = () => {}): void {
  process.stdout.write(`${JSON.stringify(line)}\n`, onWritten)
}
