import { hash32 } from './random.ts'
import { zipfRanks } from './zipf.ts'

const OFFSET = 0x70617469
const STRIDE = OFFSET + 1
const RANKS = 0x7a697066

/** The patient of draw `index`, from 0: a pure function in constant time. */
export type PatientOf = (index: number) => number

/** How many patients there are, and how unequally they come: `skew` is the exponent of Zipf's law, 0 = all alike. */
export interface Population {
  readonly population: number
  readonly skew: number
}

/** Visits every patient before one comes again; with a skew, draws patients by Zipf's law. Who is frequent is decided by the seed. */
export function patientsInTurn({ population, skew }: Population, seed: number, loadIndex: number): PatientOf {
  const offset = hash32(seed, OFFSET, loadIndex) % population
  const stride = coprimeStride(hash32(seed, STRIDE, loadIndex), population)
  const place = (rank: number) => (offset + rank * stride) % population
  if (skew === 0) return index => place(index % population)
  const rankOf = zipfRanks(population, skew, hash32(seed, RANKS, loadIndex), RANKS)
  return index => place(rankOf(index))
}

/** Draws each patient independently of the others. */
export function patientsAtRandom({ population, skew }: Population, seed: number): PatientOf {
  return skew === 0 ? index => hash32(seed, OFFSET, index) % population : patientsInTurn({ population, skew }, seed, 0)
}

/** A step that visits every patient before one comes again, small enough that rank x stride is exact. */
function coprimeStride(draw: number, population: number): number {
  let stride = 1 + (draw % Math.min(population, Math.floor(Number.MAX_SAFE_INTEGER / population) - 64))
  while (greatestCommonDivisor(stride, population) !== 1) stride++
  return stride
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
