import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARRIVAL_KINDS, digestBody, openArrivals } from '../../src/ledger/arrivals.ts'
import { audit } from '../../src/ledger/audit.ts'
import type { BundleShape } from '../../src/ledger/entryArrivals.ts'
import { Fates } from '../../src/ledger/fate.ts'
import type { AuditTerm } from '../../src/model/audit.ts'
import { OUTCOMES, type Outcome } from '../../src/model/exchange.ts'
import { createIdentity } from '../../src/workload/identity.ts'
import { temporaryFile } from '../fixtures/target.ts'

type Kind = (typeof ARRIVAL_KINDS)[number]

interface Bundle extends BundleShape {
  readonly outcome: Outcome
  /** Places that were answered with a failure; null = it was not answered entry by entry. */
  readonly refused: readonly number[] | null
  /** Each time that it arrived: what became of its entries; null = not stored. */
  readonly arrivals: readonly (readonly (Kind | null)[])[]
}

const identity = createIdentity('RUN001', 0)
const digestOf = (index: number) => digestBody(Buffer.from(`body ${index}`))

let files = 0
function auditOf(bundles: readonly Bundle[]) {
  const file = temporaryFile(`bundles-${++files}`)
  const log = openArrivals(file)
  const fates = new Fates()
  for (const [index, { outcome, refused, arrivals }] of bundles.entries()) {
    const id = Buffer.from(identity.text(index))
    fates.set(index, outcome, 1)
    if (refused !== null) fates.refuseEntries(index, refused)
    for (const entries of arrivals) {
      log.append(entries.includes('stored') ? 'stored' : 'repeat', 0, 0, id, 0, id.length, digestOf(index))
      for (const [place, kind] of entries.entries())
        if (kind !== null) log.append(kind, 0, 0, id, 0, id.length, digestOf(index), place + 1)
    }
  }
  log.close()
  return audit(
    [{ fates: [Fates.decode(fates.encode())], identity, digestOf, bundleOf: index => bundles[index]! }],
    [file],
  )
}

const WHOLE: Bundle = {
  entries: 3,
  isAtomic: true,
  outcome: 'accepted',
  refused: null,
  arrivals: [['stored', 'stored', 'stored']],
}
const BATCH: Bundle = { ...WHOLE, isAtomic: false }
const TORN = [['stored', 'stored', null]] as const
const AGAIN = ['repeat', 'repeat', 'repeat'] as const
const DOUBLED = [...WHOLE.arrivals, [null, 'stored', null]] as const

test.each<[string, AuditTerm, Bundle]>([
  ['a transaction of which every entry is there', 'once', WHOLE],
  ['a transaction that came again and changed nothing', 'once', { ...WHOLE, arrivals: [...WHOLE.arrivals, AGAIN] }],
  ['a transaction that was there before the run', 'once', { ...WHOLE, arrivals: [AGAIN, AGAIN] }],
  [
    'a transaction whose second attempt stored what the first had not',
    'once',
    {
      ...WHOLE,
      arrivals: [...TORN, ['repeat', 'repeat', 'stored']],
    },
  ],
  ['an accepted transaction that is torn', 'corrupted', { ...WHOLE, arrivals: TORN }],
  ['a transaction of unknown fate that is torn', 'corrupted', { ...WHOLE, outcome: 'unknown', arrivals: TORN }],
  ['a rejected transaction that is torn', 'corrupted', { ...WHOLE, outcome: 'rejected', arrivals: TORN }],
  ['a rejected transaction that is wholly there', 'rejected', { ...WHOLE, outcome: 'rejected' }],
  ['an accepted transaction of which nothing is there', 'lost', { ...WHOLE, arrivals: [[null, null, null]] }],
  ['an accepted transaction that never arrived', 'lost', { ...WHOLE, arrivals: [] }],
  ['a transaction of which an entry was stored twice', 'duplicated', { ...WHOLE, arrivals: DOUBLED }],
  ['a batch of which every entry is there', 'once', BATCH],
  [
    'a batch that reads',
    'once',
    {
      ...BATCH,
      arrivals: [
        ['read', 'stored', 'read'],
        ['read', 'repeat', 'read'],
      ],
    },
  ],
  ['an accepted batch without an entry', 'lost', { ...BATCH, arrivals: TORN }],
  ['a batch of which an entry was stored twice', 'duplicated', { ...BATCH, arrivals: DOUBLED }],
  [
    'a batch of unknown fate of which a part is there',
    'unknownArrived',
    { ...BATCH, outcome: 'unknown', arrivals: TORN },
  ],
  [
    'a batch with an entry that was refused and is not there',
    'rejected',
    {
      ...BATCH,
      outcome: 'rejected',
      refused: [2],
      arrivals: TORN,
    },
  ],
  ['a batch with an entry that was refused and is there', 'rejected', { ...BATCH, outcome: 'rejected', refused: [2] }],
  [
    'a batch that lost an entry beside one that was refused',
    'lost',
    {
      ...BATCH,
      outcome: 'rejected',
      refused: [1],
      arrivals: TORN,
    },
  ],
  [
    'a batch that lost all entries beside one that was refused',
    'lost',
    {
      ...BATCH,
      outcome: 'rejected',
      refused: [1],
      arrivals: [[null, null, null]],
    },
  ],
  [
    'a batch that stored an entry twice beside one that was refused',
    'duplicated',
    {
      ...BATCH,
      outcome: 'rejected',
      refused: [0],
      arrivals: DOUBLED,
    },
  ],
  [
    'a batch that was rejected as a whole and is there in part',
    'rejected',
    {
      ...BATCH,
      outcome: 'rejected',
      arrivals: TORN,
    },
  ],
])('%s is %s', (_, term, bundle) => {
  const { terms, balanced, examples } = auditOf([WHOLE, bundle, BATCH])
  const once = term === 'once' ? 3 : 2
  expect(terms).toMatchObject({ once, [term]: term === 'once' ? 3 : 1 })
  expect(balanced).toBe(true)
  if (term !== 'once') expect(examples[term]).toEqual([identity.text(1)])
})

const bundle: fc.Arbitrary<Bundle> = fc.integer({ min: 1, max: 4 }).chain(entries =>
  fc.record({
    entries: fc.constant(entries),
    isAtomic: fc.boolean(),
    outcome: fc.constantFrom(...OUTCOMES),
    refused: fc.option(fc.subarray([...Array(entries).keys()], { minLength: 1 })),
    arrivals: fc.array(fc.array(fc.constantFrom(...ARRIVAL_KINDS, null), { minLength: entries, maxLength: entries }), {
      maxLength: 3,
    }),
  }),
)

/** In plain words, entry by entry, written without the audit's own tables. */
function expectedTerm({ entries, isAtomic, outcome, refused, arrivals }: Bundle): AuditTerm {
  const times = Array.from({ length: entries }, (_, place) => {
    const kinds = arrivals.map(each => each[place]).filter(kind => kind !== null)
    return kinds.filter((kind, i) => kind === 'stored' || i === 0).length
  })
  const isThere = times.some(count => count > 0)
  if (isAtomic && isThere && times.includes(0)) return 'corrupted'
  const succeeded = times.filter((_, place) => outcome === 'accepted' || (refused !== null && !refused.includes(place)))
  if (outcome === 'accepted' || outcome === 'rejected') {
    if (succeeded.includes(0)) return 'lost'
    if (succeeded.some(count => count > 1)) return 'duplicated'
    return outcome === 'accepted' ? 'once' : 'rejected'
  }
  if (times.some(count => count > 1)) return 'duplicated'
  return isThere ? 'unknownArrived' : 'unknownAbsent'
}

test('whatever became of Bundles and their entries, the terms add up to planned and each is right', () => {
  fc.assert(
    fc.property(fc.array(bundle, { maxLength: 30 }), bundles => {
      const { terms, balanced, foreign } = auditOf(bundles)
      const expected = Object.groupBy(bundles, expectedTerm)
      for (const [term, count] of Object.entries(terms))
        expect([term, count]).toEqual([term, expected[term as AuditTerm]?.length ?? 0])
      expect({ balanced, foreign }).toEqual({ balanced: true, foreign: 0 })
    }),
    { numRuns: 200 },
  )
})

test('entries beyond those of their Bundle, and those of nobody, change nothing', () => {
  const beyond: Bundle = {
    ...BATCH,
    arrivals: [
      ['stored', 'stored', 'stored', 'stored'],
      ['repeat', 'repeat', 'repeat', 'stored'],
    ],
  }
  expect(auditOf([beyond]).terms).toMatchObject({ once: 1 })
  const file = temporaryFile('nobody')
  const log = openArrivals(file)
  for (const entry of [0, 1, 2]) log.append('stored', 0, 0, Buffer.from('NOBODY'), 0, 6, digestOf(0), entry)
  log.close()
  expect(audit([{ fates: [new Fates()], identity, digestOf }], [file])).toMatchObject({ foreign: 1 })
})
