import autocannon from 'autocannon'
import { giveUp, measure, readTask } from './measure.ts'

interface Content {
  readonly path: string
  readonly bodyStart: string
  readonly hashLength: number
}

/* autocannon: `setupRequest` gives every request a body of its own, the documented way. Only the status is checked. */
const task = await readTask<Content>()
const { path, bodyStart, hashLength } = task.content
let made = 0
let answered = 0

const load = autocannon(
  {
    url: `http://127.0.0.1:${task.port}`,
    connections: task.connections,
    // It is ended by the bench.
    duration: 3600,
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
  () => giveUp('autocannon ended by itself'),
)
load.on('response', (_client, status) => {
  if (status < 200 || status > 299) giveUp(`autocannon was answered ${status}`)
  answered++
})
load.on('reqError', (error: Error) => giveUp(`autocannon: ${error.message}`))
await measure(task, () => answered)
