import { expect, test } from 'vitest'
import { arrivalsOf } from '../fixtures/arrivalsOf.ts'
import { ask, HICN_SYSTEM, patient } from '../fixtures/fhirPeer.ts'
import { fhirTarget } from '../fixtures/target.ts'

const criteria = `identifier=${encodeURIComponent(`${HICN_SYSTEM}|abc`)}`

test('without a match a conditional create creates; with one it answers 200 and changes nothing', async () => {
  const { base, arrivalsFile } = await fhirTarget()
  const first = await ask('POST', `${base}/Patient`, patient('abc', HICN_SYSTEM), {
    'if-none-exist': criteria,
    'x-request-id': 'A',
  })
  const other = { ...patient('abc', HICN_SYSTEM), name: [{ family: 'Other' }] }
  const second = await ask('POST', `${base}/Patient`, other, { 'if-none-exist': criteria, 'x-request-id': 'A' })
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
  expect((await ask('GET', `${base}/Patient?_summary=count`)).body.total).toBe(1)
  expect(arrivalsOf(arrivalsFile).map(({ kind }) => kind)).toEqual(['stored', 'repeat'])
})

test('several matches are 412 and nothing is stored or recorded', async () => {
  const { base, arrivalsFile } = await fhirTarget()
  for (let i = 0; i < 2; i++) await ask('POST', `${base}/Patient`, patient('abc', HICN_SYSTEM))
  const reply = await ask('POST', `${base}/Patient`, patient('abc', HICN_SYSTEM), {
    'if-none-exist': criteria,
    'x-request-id': 'A',
  })
  expect(reply.status).toBe(412)
  expect(reply.body.issue[0].code).toBe('multiple-matches')
  expect((await ask('GET', `${base}/Patient`)).body.total).toBe(2)
  expect(arrivalsOf(arrivalsFile)).toEqual([])
})

test('twenty simultaneous conditional creates make one resource', async () => {
  const { base } = await fhirTarget()
  const replies = await Promise.all(
    Array.from({ length: 20 }, () =>
      ask('POST', `${base}/Patient`, patient('abc', HICN_SYSTEM), { 'if-none-exist': criteria }),
    ),
  )
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  expect((await ask('GET', `${base}/Patient`)).body.total).toBe(1)
})

test.each(['', 'shoesize=9'])('criteria %j are refused', async bad => {
  const { base } = await fhirTarget()
  expect((await ask('POST', `${base}/Patient`, patient('1'), { 'if-none-exist': bad })).status).toBe(400)
})
