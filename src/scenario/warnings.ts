import type { Scenario } from '../model/scenario.ts'

/** What is allowed but probably not meant, one sentence each with the remedy. */
export function warningsOf(scenario: Scenario): readonly string[] {
  return [
    ...auditWarnings(scenario),
    ...populationWarnings(scenario),
    ...repeatWarnings(scenario),
    ...drainWarnings(scenario),
    ...sloWarnings(scenario),
    ...thinkWarnings(scenario),
    ...unusedEndpoints(scenario),
    ...tokenWarnings(scenario),
  ]
}

function auditWarnings({ slo, environment, sut }: Scenario): readonly string[] {
  const metrics = slo
    .filter(({ metric }) => metric.startsWith('audit.') && metric !== 'audit.unknown')
    .map(({ metric }) => metric)
  const hasRecord = sut.downstream !== null || (environment.kind !== 'attached' && sut.start === null)
  if (metrics.length === 0 || hasRecord) return []
  return [
    `${metrics.join(', ')} need the receiver's own record, which only the built-in targets and receivers behind a SUT that forwards (sut.downstream) keep: not measured counts as missed. Remove these SLOs.`,
  ]
}

function populationWarnings({ load, environment }: Scenario): readonly string[] {
  if (environment.kind !== 'attached') return []
  return load.flatMap(item =>
    item.protocol === 'fhir' && item.populate === 'before'
      ? [
          `Load ${item.name} writes ${item.population} patients to the attached FHIR server, those that are not there yet before each run; they stay. If yours has patients of its own to search for, set populate: 'never'.`,
        ]
      : [],
  )
}

/** A create without a condition is not idempotent. */
function repeatWarnings({ load }: Scenario): readonly string[] {
  return load
    .filter(
      item =>
        item.protocol === 'fhir' &&
        item.onUnknown === 'resend' &&
        item.operations.some(each => each.kind === 'create' && !each.conditional),
    )
    .map(
      ({ name }) =>
        `Load ${name} sends plain creates again when their answer is lost: the server may store them twice. Make them conditional: true.`,
    )
}

function drainWarnings({ load, phases }: Scenario): readonly string[] {
  return load
    .filter(({ timeoutMs }) => timeoutMs > phases.drainMs)
    .map(
      ({ name, timeoutMs }) =>
        `The drain of ${phases.drainMs} ms is shorter than the timeout of load ${name}, ${timeoutMs} ms: answers slower than the drain count as unfinished. Raise phases.drainMs or lower timeoutMs.`,
    )
}

function sloWarnings({ slo, load }: Scenario): readonly string[] {
  return slo.flatMap(({ metric, text, limit }) => {
    const [name, what] = metric.split('.')
    const timeoutMs = load.find(item => item.name === name)?.timeoutMs
    if (what !== 'response' || timeoutMs === undefined || limit <= timeoutMs) return []
    return [
      `SLO ${metric} ${text} lies above the timeout of ${timeoutMs} ms, where replies are given up. Raise timeoutMs of load ${name} or lower the limit.`,
    ]
  })
}

function thinkWarnings({ load, phases }: Scenario): readonly string[] {
  return load.flatMap(({ name, workload }) =>
    workload.kind === 'closed' && workload.thinkMs >= phases.measureMs
      ? [
          `The think time of load ${name}, ${workload.thinkMs} ms, is as long as the measured phase of ${phases.measureMs} ms: few of its connections, or none, begin an exchange in it. Raise phases.measureMs.`,
        ]
      : [],
  )
}

function unusedEndpoints({ environment, load }: Scenario): readonly string[] {
  if (environment.kind !== 'attached') return []
  return (['mllp', 'fhir'] as const)
    .filter(protocol => environment[protocol] !== null && !load.some(item => item.protocol === protocol))
    .map(protocol => `environment.${protocol} is given, but no load speaks ${protocol}. Remove it or add a load.`)
}

/** Who listens can use a token as long as it is good. */
function tokenWarnings({ load }: Scenario): readonly string[] {
  return load.flatMap(item =>
    item.protocol === 'fhir' && item.tls !== null && /^http:/i.test(item.auth?.tokenUrl ?? '')
      ? [
          `Load ${item.name} speaks TLS with its FHIR server, but gets its access tokens in clear from an http:// URL. Write its auth.tokenUrl with https://.`,
        ]
      : [],
  )
}
