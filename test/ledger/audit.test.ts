import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARRIVAL_KINDS, type ArrivalKind, digestBody, openArrivals } from '../../src/ledger/arrivals.ts'
import { type AuditedLoad, audit } from '../../src/ledger/audit.ts'
import { Fates } from '../../src/ledger/fate.ts'
import type { AuditTerm } from '../../src/model/audit.ts'
import { OUTCOMES, type Outcome } from '../../src/model/exchange.ts'
import { createIdentity, type Identity } from '../../src/workload/identity.ts'
import { temporaryFile } from '../fixtures/target.ts'

interface Message {
  readonly outcome: Outcome | null
  readonly attempts: number
  readonly arrivals: readonly { readonly kind: ArrivalKind; readonly altered: boolean }[]
}

const ONCE: Message = { outcome: 'accepted', attempts: 1, arrivals: [{ kind: 'stored', altered: false }] }
const RUN_KEY = 'RUN001'

let files = 0
const newFile = () => temporaryFile(`audit-${++files}`)

const digestOf = (index: number) => digestBody(Buffer.from(`body ${index}`))

/** A load whose message i is `messages[i]`, spread over `generators`. */
function loadOf(messages: readonly Message[], loadIndex = 0, generators = 1): AuditedLoad {
  const fates = Array.from({ length: generators }, () => new Fates())
  for (const [index, { outcome, attempts }] of messages.entries()) {
    const share = fates[index % generators]!
    const position = Math.floor(index / generators)
    share.plan(position + 1)
    if (outcome !== null) share.set(position, outcome, attempts)
  }
  return { fates, identity: createIdentity(RUN_KEY, loadIndex), digestOf }
}

function record(loads: readonly (readonly Message[])[], foreign: readonly string[] = []): string {
  const file = newFile()
  const log = openArrivals(file)
  const append = (kind: ArrivalKind, identity: string, body: Uint8Array) =>
    log.append(kind, 0, 0, Buffer.from(identity, 'latin1'), 0, identity.length, body)
  for (const [loadIndex, messages] of loads.entries()) {
    const identity = createIdentity(RUN_KEY, loadIndex)
    for (const [index, { arrivals }] of messages.entries()) {
      for (const { kind, altered } of arrivals)
        append(kind, identity.text(index), altered ? digestBody(Buffer.from('other')) : digestOf(index))
    }
  }
  for (const identity of foreign) append('stored', identity, digestBody(Buffer.from('foreign')))
  log.close()
  return file
}

const message = fc.record({
  outcome: fc.constantFrom(...OUTCOMES, null),
  attempts: fc.integer({ min: 0, max: 3 }),
  arrivals: fc.array(fc.record({ kind: fc.constantFrom(...ARRIVAL_KINDS), altered: fc.boolean() }), { maxLength: 3 }),
})

/** The audit of one message in plain words, written without the audit's own tables. */
function expectedTerm({ outcome, attempts, arrivals }: Message): AuditTerm {
  const isAnswered = outcome === 'accepted' || outcome === 'rejected' || outcome === 'mismatched'
  if (!isAnswered && (outcome === null || attempts === 0)) return 'unsent'
  if (outcome === 'rejected') return 'rejected'
  const counted = arrivals.filter(({ kind }, i) => kind === 'stored' || i === 0)
  if (counted.some(({ altered }) => altered)) return 'corrupted'
  if (counted.length > 1) return 'duplicated'
  if (outcome === 'accepted') return counted.length === 1 ? 'once' : 'lost'
  return counted.length === 1 ? 'unknownArrived' : 'unknownAbsent'
}

const termSum = (terms: object) => Object.values(terms).reduce((total: number, term: number) => total + term, 0)

test('whatever became of the messages and whatever arrived, the terms add up to planned and each is right', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(message, { maxLength: 40 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 14 }), { maxLength: 5 }),
      (loads, generators, foreign) => {
        const all = loads.flat()
        const result = audit(
          loads.map((messages, loadIndex) => loadOf(messages, loadIndex, generators)),
          [record(loads, foreign)],
        )
        const expected = Object.groupBy(all, expectedTerm)
        for (const [term, count] of Object.entries(result.terms))
          expect([term, count]).toEqual([term, expected[term as AuditTerm]?.length ?? 0])
        expect(termSum(result.terms)).toBe(result.planned)
        expect(result).toMatchObject({ planned: all.length, balanced: true, evidence: 'receiver' })
        expect(termSum(result.acknowledged)).toBe(all.length)
        expect(result.cells.reduce((total, { count }) => total + count, 0)).toBe(all.length)
        const neverSent = all.filter(each => expectedTerm(each) === 'unsent' && each.arrivals.length > 0)
        expect(result.foreign).toBe(foreign.length + neverSent.length)
      },
    ),
    { numRuns: 60 },
  )
})

test('without a record only the acknowledgement side is told, and it adds up too', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (messages, generators) => {
      const result = audit([loadOf(messages, 0, generators)], null)
      expect(result).toMatchObject({
        evidence: 'acknowledgements',
        planned: messages.length,
        foreign: null,
        repeats: null,
        balanced: true,
      })
      expect(termSum(result.acknowledged)).toBe(messages.length)
      const { rejected, unsent, ...unmeasured } = result.terms
      expect([rejected, unsent]).toEqual([result.acknowledged.rejected, result.acknowledged.unsent])
      expect(new Set(Object.values(unmeasured))).toEqual(new Set([null]))
    }),
    { numRuns: 60 },
  )
})

test('identities of another run, another load or no run at all are foreign, and named', () => {
  const messages = [ONCE, ONCE]
  const strangers = ['NOBODY', createIdentity('RUN002', 0).text(0), createIdentity(RUN_KEY, 5).text(0), '']
  const result = audit([loadOf(messages)], [record([messages], strangers)])
  expect(result.foreign).toBe(strangers.length)
  expect(result.examples.foreign).toEqual(strangers)
  expect(result.terms.once).toBe(2)
})

test('an index beyond the planned ones is foreign', () => {
  const identity = createIdentity(RUN_KEY, 0)
  const result = audit([loadOf([ONCE])], [record([[ONCE]], [identity.text(1), identity.text(36 ** 8 - 1)])])
  expect(result).toMatchObject({ foreign: 2, planned: 1, balanced: true })
})

test('a message that was never sent and is there all the same was sent by somebody else', () => {
  const ghost: Message = { outcome: null, attempts: 0, arrivals: [{ kind: 'stored', altered: false }] }
  const result = audit([loadOf([ONCE, ghost])], [record([[ONCE, ghost]])])
  expect(result.terms).toMatchObject({ once: 1, unsent: 1 })
  expect(result.foreign).toBe(1)
})

test('a repeat that the receiver recognised is counted, and is no duplicate', () => {
  const repeated: Message = { ...ONCE, attempts: 2, arrivals: [...ONCE.arrivals, { kind: 'repeat', altered: false }] }
  const result = audit([loadOf([repeated, ONCE])], [record([[repeated, ONCE]])])
  expect(result.terms).toMatchObject({ once: 2, duplicated: 0 })
  expect(result.repeats).toBe(1)
})

test('a read that came again is counted as a repeat, and is no duplicate', () => {
  const arrival = { kind: 'read', altered: false } as const
  const once: Message = { ...ONCE, arrivals: [arrival] }
  const again: Message = { ...ONCE, attempts: 3, arrivals: [arrival, arrival, arrival] }
  const result = audit([loadOf([once, again])], [record([[once, again]])])
  expect(result.terms).toMatchObject({ once: 2, duplicated: 0 })
  expect(result.repeats).toBe(2)
})

test('records of several receivers are read as one', () => {
  const loads = [[ONCE, ONCE], [ONCE]] as const
  const result = audit([loadOf(loads[0]), loadOf(loads[1], 1)], [record([loads[0]]), record([[], loads[1]])])
  expect(result).toMatchObject({ planned: 3, foreign: 0, balanced: true })
  expect(result.terms.once).toBe(3)
})

test('a record that is empty tells that everything acknowledged is lost', () => {
  const result = audit([loadOf([ONCE, ONCE, ONCE])], [record([[]])])
  expect(result.terms).toMatchObject({ once: 0, lost: 3 })
})

test('names are made for the examples alone: no text for each of many messages', () => {
  const messages = Array.from({ length: 50_000 }, (_, i): Message => (i % 2 === 0 ? ONCE : { ...ONCE, arrivals: [] }))
  const load = loadOf(messages, 0, 3)
  let texts = 0
  const identity: Identity = {
    ...load.identity,
    text(index) {
      texts++
      return load.identity.text(index)
    },
  }
  const result = audit([{ ...load, identity }], [record([messages])])
  expect(result.terms).toMatchObject({ once: 25_000, lost: 25_000 })
  expect(result.examples.lost).toHaveLength(20)
  expect(texts).toBe(20)
})
