import { writeFileSync } from 'node:fs'
import { Recorder } from '../../src/generator/recorder.ts'

/*
 * The generator with a recorder that also keeps every response time as it is, in ms, and writes them to the file HL7BENCH_RAW_TIMES at
 * its end: what the histograms say can be checked against it.
 */
const file = process.env.HL7BENCH_RAW_TIMES!
const recordAnswer = Recorder.prototype.answered
let times = new Float64Array(1 << 20)
let count = 0
let recorder: Recorder | null = null

Recorder.prototype.answered = function (outcome, intendedMs, readyMs, sentMs, doneMs) {
  // Generators rehearse with a recorder that they throw away.
  if (this !== recorder) {
    recorder = this
    count = 0
  }
  if (count === times.length) {
    const longer = new Float64Array(count * 2)
    longer.set(times)
    times = longer
  }
  if (this.isMeasured(intendedMs)) times[count++] = doneMs - intendedMs
  recordAnswer.call(this, outcome, intendedMs, readyMs, sentMs, doneMs)
}
process.on('exit', () => writeFileSync(file, times.subarray(0, count)))

await import('../../src/generator/main.ts')
