import { describe, expect, test } from 'vitest'
import { hashHicn, wrongVectors } from '../../src/generator/hash/pbkdf2.ts'
import { PEPPER_VARIABLE, PepperError, providePepper, readPepper } from '../../src/generator/hash/pepper.ts'
import { startStage } from '../../src/generator/hash/stage.ts'
import type { GeneratorPlan } from '../../src/model/generator.ts'
import { hicnOf } from '../../src/workload/fhir/hicn.ts'
import { createdSeedOf } from '../../src/workload/fhir/stream.ts'

describe('the hash', () => {
  test('is the one that CMS Blue Button published, and a wrong one is noticed', () => {
    expect(wrongVectors()).toEqual([])
    expect(wrongVectors((hicn, pepper, iterations) => hashHicn(hicn, pepper, iterations + 1))).toEqual([
      '123456789A',
      '987654321E',
    ])
  })

  test('of records is of numbers that are nobody’s, and differs from record to record', () => {
    const hicns = Array.from({ length: 10_000 }, (_, k) => hicnOf(7, k))
    expect(new Set(hicns).size).toBe(10_000)
    for (const hicn of hicns) expect(hicn).toMatch(/^9\d{8}A$/)
  })
})

describe('the pepper', () => {
  const of = (value: string) => readPepper({ [PEPPER_VARIABLE]: value })

  test('is hex, base64 or text of at least 128 bits', () => {
    expect(of('00112233445566778899aabbccddeeff')).toHaveLength(16)
    expect(of('ABEiM0RVZneImaq7zN3u/w==')).toHaveLength(16)
    expect(of('a long enough secret text!')).toHaveLength(26)
    expect(readPepper({})).toBeNull()
  })

  test.each(['short', '0011223344', 'aaaaaaaaaaaaaaaaaaaaaaaa!', '00'.repeat(16)])(
    '%s is refused without being told',
    value => {
      expect(() => of(value)).toThrow(PepperError)
      expect(() => of(value)).toThrow(/less than 128 bits.*openssl rand -hex 32/)
      try {
        of(value)
      } catch (error) {
        expect((error as Error).message).not.toContain(value)
      }
    },
  )

  test('is random where none is set, and kept where one is', () => {
    const env: Record<string, string | undefined> = {}
    expect(providePepper(env)).toBe('random')
    expect(providePepper(env)).toBe('given')
    expect(readPepper(env)).toHaveLength(32)
  })
})

test('the stage of a load hashes every record once, ahead of those wanted by no more than it may', async () => {
  process.env[PEPPER_VARIABLE] = '00112233445566778899aabbccddeeff'
  const operation = { kind: 'hashedPatients', iterations: 10, threads: 2, records: 60, weight: 1 }
  const plan = {
    runKey: 'AAAAAA',
    loadIndex: 0,
    load: { connections: 2 },
    content: { operations: [operation] },
  } as unknown as GeneratorPlan
  const stage = (await startStage(plan))!
  const ready = Promise.withResolvers<void>()
  stage.begin(() => stage.result().records >= 10 && ready.resolve())
  await ready.promise
  await new Promise(resolve => setTimeout(resolve, 50))
  // Four for each connection, and one for each thread.
  expect(stage.result().records).toBe(10)
  expect(stage.isReady(9)).toBe(true)
  expect(stage.isReady(59)).toBe(false)
  // The last one wanted need not be the last one hashed.
  while (!stage.isReady(59) || stage.result().records < 60) await new Promise(resolve => setTimeout(resolve, 5))
  const pepper = readPepper(process.env)!
  for (let record = 0; record < 60; record++)
    expect(stage.hashOf(record)).toBe(hashHicn(hicnOf(createdSeedOf(plan), record), pepper, 10))
  expect(stage.isReady(60 + 59)).toBe(false)
  stage.settled(59)
  expect(stage.isReady(60 + 59)).toBe(true)
  expect(stage.result()).toMatchObject({ iterations: 10, threads: 2, records: 60 })
  stage.close()
  delete process.env[PEPPER_VARIABLE]
})
