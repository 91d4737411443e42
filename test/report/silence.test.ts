import { expect, test } from 'vitest'
import type { Load } from '../../src/model/scenario.ts'
import type { TlsSettings } from '../../src/model/tls.ts'
import { silenceOf, silenceTexts } from '../../src/report/silence.ts'
import { load, loadResult } from './experiment.fixture.ts'

const TLS: TlsSettings = {
  ...{ mutual: false, ca: [], cert: null, key: null, passphrase: null, serverName: null },
  ...{ minVersion: 'TLSv1.2', verify: true },
}
const run = (bytesOut: number, bytesIn: number) => ({ ...loadResult([10]), bytesOut, bytesIn })
const hint = (of: Partial<Load>, ...runs: [number, number][]) =>
  silenceOf(
    load(of),
    runs.map(([out, back]) => run(out, back)),
  )

test('a server that never answers a load without TLS may speak it', () => {
  expect(hint({}, [500, 0], [400, 0])).toMatch(/speak TLS \(mllps:/)
  expect(hint({ transport: 'http' }, [500, 0])).toMatch(/speak TLS \(hl7\+https:/)
})

test('one that never answers a load with TLS may want a client certificate', () => {
  expect(hint({ tls: TLS }, [500, 0])).toMatch(/want a client certificate/)
  expect(hint({ tls: { ...TLS, cert: { kind: 'file', file: 'c' } } }, [500, 0])).toMatch(
    /accept the client certificate/,
  )
})

test('one byte of an answer, or nothing sent, raises no question', () => {
  expect(hint({}, [500, 0], [500, 1])).toBeNull()
  expect(hint({}, [0, 0])).toBeNull()
  expect(hint({})).toBeNull()
})

test('it is a line of the report', () => {
  expect(silenceTexts([{ name: 'a', silence: 'why?' }, { name: 'b' }])).toEqual(['a: nothing was ever answered; why?'])
})
