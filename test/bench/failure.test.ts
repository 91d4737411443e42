import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { needs } from '../needs.ts'

const canBench = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0

/** Runs in every Node process of the bench before its own code; only the generator takes notice. */
const GENERATOR_DIES = `
  import { writeSync } from 'node:fs'
  if (process.argv[1]?.endsWith('/src/generator/main.ts')) {
    writeSync(2, 'no generator today\\n')
    process.exit(1)
  }`

needs(canBench, 'Linux and gcc')(
  'a bench whose sender dies fails with what the sender said last, and leaves no receiver behind',
  async () => {
    const bench = spawn(process.execPath, ['bench/run.ts', 'mllp', '--against', 'C over epoll', '--seconds', '0.1'], {
      cwd: new URL('../..', import.meta.url),
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(GENERATOR_DIES)}`,
      },
    })
    try {
      const told = text(bench.stderr)
      const [code] = await once(bench, 'exit')
      expect(code).toBe(1)
      // Whoever is left behind holds the pipe open: this ends only when all have ended.
      expect(await told).toContain('the generator ended with code 1:\nno generator today')
    } finally {
      bench.kill()
    }
  },
  60_000,
)
