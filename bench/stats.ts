/** `npm run stats`: time of the heaviest statistics, medians of repetitions in ms; one JSON object on standard output. */
import { bcaMean } from '../src/stats/bcaMean.ts'
import { mannWhitney } from '../src/stats/mannWhitney.ts'
import { quantile } from '../src/stats/quantile.ts'
import { createRandom } from '../src/stats/random.ts'

const REPETITIONS = 21
const random = createRandom(1)
const sample = (n: number) => Array.from({ length: n }, random)

/** The distribution of each size is kept: each repetition takes another. */
const works: Readonly<Record<string, (repetition: number) => unknown>> = {
  'exact Mann-Whitney, about 200 x 200': repetition => mannWhitney(sample(200), sample(200 - repetition)),
  'bootstrap of a mean, 10,000 resamples of 30': repetition => bcaMean(sample(30), repetition, 0.95),
}

const medians = Object.entries(works).map(([name, work]) => {
  const times = Array.from({ length: REPETITIONS }, (_, repetition) => {
    const beganMs = performance.now()
    work(repetition)
    return performance.now() - beganMs
  })
  const medianMs = quantile(times, 0.5)
  process.stderr.write(`| ${name} | ${medianMs.toFixed(1)} ms |\n`)
  return { name, medianMs }
})
console.log(JSON.stringify({ bench: 'stats', repetitions: REPETITIONS, medians }))
