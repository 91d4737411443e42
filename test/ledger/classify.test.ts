import { expect, test } from 'vitest'
import { type Sent, sentAs, termOf } from '../../src/ledger/classify.ts'
import type { AuditCell, AuditTerm } from '../../src/model/audit.ts'

type Cell = readonly [Sent, AuditCell['arrivals'], AuditCell['body'], AuditTerm]

const TABLE: readonly Cell[] = [
  ['accepted', 0, 'absent', 'lost'],
  ['accepted', 1, 'equal', 'once'],
  ['accepted', 1, 'altered', 'corrupted'],
  ['accepted', 2, 'equal', 'duplicated'],
  ['accepted', 2, 'altered', 'corrupted'],
  ['rejected', 0, 'absent', 'rejected'],
  ['rejected', 1, 'equal', 'rejected'],
  ['rejected', 1, 'altered', 'rejected'],
  ['rejected', 2, 'equal', 'rejected'],
  ['rejected', 2, 'altered', 'rejected'],
  ['mismatched', 0, 'absent', 'unknownAbsent'],
  ['mismatched', 1, 'equal', 'unknownArrived'],
  ['mismatched', 1, 'altered', 'corrupted'],
  ['mismatched', 2, 'equal', 'duplicated'],
  ['mismatched', 2, 'altered', 'corrupted'],
  ['unknown', 0, 'absent', 'unknownAbsent'],
  ['unknown', 1, 'equal', 'unknownArrived'],
  ['unknown', 1, 'altered', 'corrupted'],
  ['unknown', 2, 'equal', 'duplicated'],
  ['unknown', 2, 'altered', 'corrupted'],
  ['accepted', 1, 'torn', 'corrupted'],
  ['rejected', 1, 'torn', 'corrupted'],
  ['unknown', 2, 'torn', 'corrupted'],
  ['unsent', 1, 'torn', 'unsent'],
  ['accepted', 1, 'lacking', 'lost'],
  ['rejected', 0, 'lacking', 'lost'],
  ['rejected', 2, 'doubled', 'duplicated'],
  ['unsent', 0, 'absent', 'unsent'],
  ['unsent', 1, 'equal', 'unsent'],
  ['unsent', 1, 'altered', 'unsent'],
  ['unsent', 2, 'equal', 'unsent'],
  ['unsent', 2, 'altered', 'unsent'],
]

test.each(TABLE)('%s, %i arrivals, body %s: %s', (sent, arrivals, body, term) => {
  expect(termOf(sent, arrivals, body)).toBe(term)
})

test('an outcome that tells what the target did is taken as it is', () => {
  for (const outcome of ['accepted', 'rejected', 'mismatched'] as const)
    expect(sentAs({ outcome, attempts: 1 })).toBe(outcome)
})

test('a message that was handed to a socket and not plainly answered is unknown', () => {
  for (const outcome of ['unknown', 'unfinished', 'dropped'] as const)
    expect(sentAs({ outcome, attempts: 1 })).toBe('unknown')
})

test('a message that never reached a socket was not sent', () => {
  expect(sentAs({ outcome: 'dropped', attempts: 0 })).toBe('unsent')
  expect(sentAs({ outcome: 'unfinished', attempts: 0 })).toBe('unsent')
  expect(sentAs({ outcome: null, attempts: 0 })).toBe('unsent')
})
