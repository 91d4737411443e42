import { hash32 } from '../random.ts'

const NUMBER = 0x68696e6f
const NUMBERS = 1_000_000_000

/**
 * HICN of record `k` under `seed`: nine digits and a letter, the shape of a Health Insurance Claim Number, from 900000000 on, where no Social
 * Security number lies. Different for every k of one seed up to 100,000,000.
 */
export function hicnOf(seed: number, k: number): string {
  const offset = hash32(seed, NUMBER, 0) % 100_000_000
  return `${900_000_000 + ((offset + k) % (NUMBERS - 900_000_000))}A`
}
