import { expect, test } from 'vitest'
import { fhir, loadInput, refusal, small } from './files.ts'

const create = (conditional: boolean, rest: object) => ({
  ...fhir,
  operations: [{ create: 'Patient', conditional }],
  ...rest,
})

test('retry is off by default, and true stands for its defaults', async () => {
  const loadsOf = async (rest: object) => (await loadInput({ ...small, load: [create(true, rest)] })).scenario.load
  expect((await loadsOf({}))[0]).toMatchObject({ retry: null, onUnknown: 'drop', compress: false, cache: 'no-cache' })
  expect((await loadsOf({ retry: true }))[0]).toMatchObject({
    retry: { backoffMs: 100, maxBackoffMs: 10_000, budget: 0.2, maxRetryAfterMs: 30_000 },
    onUnknown: 'resend',
  })
  expect((await loadsOf({ retry: { budget: 0.5, backoffMs: '1s' } }))[0]).toMatchObject({
    retry: { backoffMs: 1000, maxBackoffMs: 10_000, budget: 0.5, maxRetryAfterMs: 30_000 },
  })
})

test('a retry needs a second attempt, and a share from 0 to 1', async () => {
  const { complaints } = await refusal(loadInput({ ...small, load: [create(true, { retry: true, maxAttempts: 1 })] }))
  expect(complaints).toMatchObject([{ path: 'load[0].maxAttempts', expected: '2 or more with retry' }])
  await refusal(loadInput({ ...small, load: [create(true, { retry: { budget: 2 } })] }))
})

test('plain creates that are sent again are warned of', async () => {
  const warningsOf = async (conditional: boolean, rest: object) =>
    (await loadInput({ ...small, load: [create(conditional, rest)] })).warnings.filter(text => text.includes('twice'))
  expect(await warningsOf(false, { retry: true })).toHaveLength(1)
  expect(await warningsOf(false, { onUnknown: 'resend' })).toHaveLength(1)
  expect(await warningsOf(true, { retry: true })).toEqual([])
  expect(await warningsOf(false, {})).toEqual([])
})

test('sizes of Bundles are whole numbers from 1 to 1,000', async () => {
  const operations = [{ batch: 'Patient' }, { transaction: 'patient', size: 3 }]
  const { scenario } = await loadInput({ ...small, load: [{ ...fhir, operations }] })
  expect(scenario.load[0]).toMatchObject({
    operations: [
      { kind: 'batch', size: 10 },
      { kind: 'transaction', size: 3 },
    ],
  })
  await refusal(loadInput({ ...small, load: [{ ...fhir, operations: [{ batch: 'Patient', size: 0 }] }] }))
})
