import type { ServiceTime } from '../model/scenario.ts'
import { normal, uniform } from '../workload/random.ts'

/** `normal` takes the stream after it too. */
const STREAM = 0x5e41

/**
 * Time between the arrival of a request and its answer, ms: a pure function of the seed and the request's number.
 * Log-normal by its mean and coefficient of variation: sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2
 * (moments of the log-normal distribution).
 */
export function serviceTimeMs({ distribution, meanMs, cv }: ServiceTime, seed: number, request: number): number {
  if (meanMs === 0 || distribution === 'constant') return meanMs
  if (distribution === 'exponential') return -meanMs * Math.log(1 - uniform(seed, STREAM, request))
  const variance = Math.log(1 + cv * cv)
  return meanMs * Math.exp(Math.sqrt(variance) * normal(seed, STREAM, request) - variance / 2)
}
