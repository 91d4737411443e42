import autocannon from 'autocannon'
import { finish, giveUp, measure, observe, readTask } from './measure.ts'

interface Content {
  readonly path: string
  readonly bodyStart: string
  readonly hashLength: number
  /** Option -R (`overallRate`); absent = as fast as replies come. */
  readonly ratePerSecond?: number
}

/* autocannon: `setupRequest` gives every request a body of its own, the documented way. Only the status is checked. */
const task = await readTask<Content>()
const { path, bodyStart, hashLength, ratePerSecond } = task.content
let made = 0
let answered = 0
let isMeasured = false

const load = autocannon(
  {
    url: `http://127.0.0.1:${task.port}`,
    connections: task.connections,
    // It is ended by the bench.
    duration: 3600,
    ...(ratePerSecond !== undefined && { overallRate: ratePerSecond }),
    requests: [
      {
        method: 'POST',
        path,
        headers: {
          Accept: 'application/fhir+json',
          'Accept-Encoding': 'identity',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        setupRequest(request) {
          request.body = bodyStart + String(made++).padStart(hashLength, '0')
          return request
        },
      },
    ],
  },
  (_error, result) => {
    if (!isMeasured) giveUp('autocannon ended by itself')
    finish({ ...measurement, latencyMs: { p50: result.latency.p50, p99: result.latency.p99 } })
  },
)
load.on('response', (_client, status) => {
  if (status < 200 || status > 299) giveUp(`autocannon was answered ${status}`)
  answered++
})
load.on('reqError', (error: Error) => giveUp(`autocannon: ${error.message}`))
if (ratePerSecond === undefined) await measure(task, () => answered)
const measurement = await observe(task, () => answered)
isMeasured = true
load.stop()
