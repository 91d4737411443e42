import { expect, describe as group, test } from 'vitest'
import { complaintOf, type Failing } from '../../../src/environment/netns/tunnels/complaint.ts'

const failing = (tunnel: string, outcome: Failing['outcome'], ...lines: string[]): Failing => ({
  ...{ tunnel, outcome },
  said: [
    { host: 'hgw', lines },
    { host: 'gw', lines: [] },
  ],
})
const mismatch = (n: number) =>
  failing(`hosp-${n}`, 'refused', `tried ${n} shared keys for 'gw' - 'hosp-${n}', but MAC mismatched`)

group('the complaint about tunnels that are not up', () => {
  test('tells a reason once, however many have it, and of whom the words are', () => {
    expect(
      complaintOf(
        500,
        Array.from({ length: 40 }, (_, n) => mismatch(n)),
      ).split('\n'),
    ).toEqual([
      '40 of 500 tunnels (hosp-0, hosp-1, hosp-2 and 37 more) did not come up',
      'hosp-0, hosp-1, hosp-2, hosp-3, hosp-4, hosp-5, hosp-6, hosp-7, hosp-8, hosp-9 and 30 more were refused; the gateways of hosp-0 say:',
      "  hgw | tried 0 shared keys for 'gw' - 'hosp-0', but MAC mismatched",
      '  gw | nothing of it',
    ])
  })

  test('tells certificates that expired at different times as one reason', () => {
    const expired = (name: string, day: number) =>
      failing(name, 'refused', `subject certificate invalid (valid from Nov ${day} 19:37:34 2026 to Nov ${day + 1})`)
    expect(complaintOf(9, [expired('a', 1), expired('b', 2)])).toContain('a, b were refused; the gateways of a say:')
  })

  test('does not blame those that were late beside those that were refused', () => {
    const said = complaintOf(3, [failing('a', 'late', 'retransmit 1'), mismatch(7)])
    expect(said).toContain('1 of 3 tunnels (hosp-7) did not come up')
    expect(said).toMatch(/\nnot waited for: a$/)
  })

  test('has those that were late where there are no others', () => {
    expect(complaintOf(3, [failing('a', 'late', 'retransmit 1')])).toMatch(
      /^1 of 3 tunnels \(a\)[\s\S]*a was not up in time/,
    )
  })

  test('says so of those that there was no time to listen to', () => {
    const said = complaintOf(3, [failing('a', 'unheard'), failing('b', 'unheard', 'received AUTH')])
    expect(said).toContain('a, b were refused; there was no time to hear why')
  })

  test('bounds the reasons that it tells', () => {
    const all = Array.from({ length: 7 }, (_, n) => failing(`h${n}`, 'refused', 'x'.repeat(n + 1)))
    expect(complaintOf(7, all)).toMatch(/\n2 more reasons, of h5, h6$/)
  })
})
