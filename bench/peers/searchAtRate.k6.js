// The same searches begun at a constant rate, whatever the replies do; iterations for which no virtual user is free are dropped, and counted.
export { default } from './search.k6.js'

const { RATE, USERS } = __ENV

export const options = {
  scenarios: {
    searches: {
      executor: 'constant-arrival-rate',
      rate: Number(RATE),
      timeUnit: '1s',
      // It is ended by the bench.
      duration: '3600s',
      preAllocatedVUs: Number(USERS),
      maxVUs: Number(USERS),
    },
  },
  summaryTrendStats: ['med', 'p(99)'],
}

export function handleSummary({ metrics }) {
  const count = metric => (metric === undefined ? 0 : metric.values.count)
  const { med, 'p(99)': p99 } = metrics.http_req_duration.values
  const latencyMs = { p50: med, p99 }
  const told = {
    verified: count(metrics.verified),
    bad: count(metrics.bad),
    dropped: count(metrics.dropped_iterations),
    latencyMs,
  }
  return { stdout: `${JSON.stringify(told)}\n` }
}
