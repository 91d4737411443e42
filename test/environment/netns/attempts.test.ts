import { expect, describe as group, test } from 'vitest'
import { ipsecTunnels } from '../../../src/environment/netns/ipsec.ts'
import { attemptsOf } from '../../../src/environment/netns/tunnels/attempts.ts'
import { hub } from '../../../src/environment/topology/hub.ts'
import { IPSEC, PLAIN_LINK } from './support.ts'

const tunnels = ipsecTunnels(
  hub({
    ...{ hospitals: 2, overlapping: 0, translatedBy: 'us', vpn: IPSEC, internet: PLAIN_LINK },
    ...{ sharedPorts: [2575], receiverPort: 2576 },
  }),
)
const up = (name: string) => ({ up: 'yes', [name]: { state: 'ESTABLISHED' } })
const down = (name: string) => ({ [name]: { state: 'CONNECTING' } })

group('the first key exchanges of tunnels', () => {
  test('a tunnel is missing until it has a child', () => {
    const attempts = attemptsOf(tunnels)
    attempts.take('ike-updown', up('hosp-0'))
    expect([...attempts.missing.keys()]).toEqual(['hosp-0', 'hosp-1'])
    attempts.take('child-updown', up('hosp-0'))
    expect([...attempts.missing.keys()]).toEqual(['hosp-1'])
  })

  test('one that came to nothing is asked again, and refused only when that came to nothing too', () => {
    const attempts = attemptsOf(tunnels)
    attempts.take('ike-updown', down('hosp-0'))
    expect(attempts.toAskAgain()).toEqual(['hosp-0'])
    attempts.askedAgain('hosp-0')
    expect(attempts.toAskAgain()).toEqual([])
    attempts.take('ike-updown', down('hosp-0'))
    expect(Object.fromEntries(attempts.missing)).toEqual({ 'hosp-0': 'refused', 'hosp-1': 'begun' })
  })

  test('one that comes up when it is asked again is up', () => {
    const attempts = attemptsOf(tunnels)
    attempts.take('ike-updown', down('hosp-0'))
    attempts.askedAgain('hosp-0')
    attempts.take('child-updown', up('hosp-0'))
    expect([...attempts.missing.keys()]).toEqual(['hosp-1'])
  })

  test('what ends of a tunnel that is up, as when keys are renewed by both ends at once, is no news', () => {
    const attempts = attemptsOf(tunnels)
    attempts.take('child-updown', up('hosp-0'))
    const { lastNewsMs } = attempts
    attempts.take('ike-updown', down('hosp-0'))
    attempts.take('child-updown', down('hosp-0'))
    attempts.ended('hosp-0')
    attempts.unanswered('hosp-0')
    expect([...attempts.missing.keys()]).toEqual(['hosp-1'])
    expect(attempts.firstEndMs).toBe(null)
    expect(attempts.lastNewsMs).toBe(lastNewsMs)
  })
})
