import { writeFileSync } from 'node:fs'
import { Dispatch } from '../../src/generator/dispatch.ts'

/*
 * The generator, which also times each preparation of a message, from the choice of its slot until its frame or request is whole, in ms, and writes
 * the times to the file HL7BENCH_PREPARING_TIMES at its end, less what one reading of the clock takes.
 */
const file = process.env.HL7BENCH_PREPARING_TIMES!
const prepare = Dispatch.prototype.prepare
const times = new Float64Array(1 << 23)
let count = 0
const READINGS = 100_000

Dispatch.prototype.prepare = function (slot, entry) {
  const fromMs = performance.now()
  const bytes = prepare.call(this, slot, entry)
  if (count < times.length) times[count++] = performance.now() - fromMs
  return bytes
}
process.on('exit', () => {
  const readingMs = readingOfClockMs()
  writeFileSync(
    file,
    times.subarray(0, count).map(ms => ms - readingMs),
  )
})

/** In a row, so never more than between other work. */
function readingOfClockMs(): number {
  const fromMs = performance.now()
  let lastMs = fromMs
  for (let i = 0; i < READINGS; i++) lastMs = performance.now()
  return (lastMs - fromMs) / READINGS
}

await import('../../src/generator/main.ts')
