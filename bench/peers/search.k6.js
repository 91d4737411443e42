// POST Patient/_search, each for a hash of its own; the status must be 200 and the Bundle's total 1.
import exec from 'k6/execution'
import http from 'k6/http'
import { Counter } from 'k6/metrics'

const { URL, BODY, DIGITS } = __ENV
const digits = Number(DIGITS)
const params = {
  headers: {
    Accept: 'application/fhir+json',
    'Accept-Encoding': 'identity',
    'Content-Type': 'application/x-www-form-urlencoded',
  },
}
const verified = new Counter('verified')
const bad = new Counter('bad')

export default function search() {
  const number = exec.vu.iterationInScenario * 10_000 + exec.vu.idInTest
  const reply = http.post(URL, BODY + String(number).padStart(digits, '0'), params)
  if (reply.status === 200 && reply.body.includes('"total":1,')) verified.add(1)
  else bad.add(1)
}

export function handleSummary({ metrics }) {
  const count = metric => (metric === undefined ? 0 : metric.values.count)
  return { stdout: `verified ${count(metrics.verified)} bad ${count(metrics.bad)}\n` }
}
