import { expect, test } from 'vitest'
import { localErrors, openLinks } from '../../src/generator/links.ts'
import type { Link, LinkEvents } from '../../src/protocol/link.ts'
import { VirtualClock } from './virtualClock.ts'

const silent: LinkEvents = {
  opened() {},
  committed() {},
  replied() {},
  tolerated() {},
  explained() {},
  lost() {},
  refused() {},
  entriesRefused() {},
  deferred() {},
  counted() {},
}

function dial(count: number, opensAfterMs: (id: number) => number | null) {
  const clock = new VirtualClock()
  let dialling = 0
  let most = 0
  const make = (id: number, events: LinkEvents): Link => {
    most = Math.max(most, ++dialling)
    const ms = opensAfterMs(id)
    if (ms !== null) {
      clock.after(ms, () => {
        dialling--
        events.opened(id)
      })
    }
    return {
      isOpen: false,
      bytesOut: 0,
      bytesIn: 0,
      handshakes: 0,
      resumed: 0,
      prepare: () => 0,
      write() {},
      redial() {},
      close() {},
    }
  }
  const opening = openLinks(count, make, silent, 1000, clock)
  clock.run()
  return opening.then(opened => ({ ...opened, most, atMs: clock.now() }))
}

test('all links are dialled, a limited number at once', async () => {
  const { links, opened, most } = await dial(500, () => 2)
  expect(links).toHaveLength(500)
  expect(opened).toBe(500)
  expect(most).toBe(64)
})

test('links that do not open by the deadline are told apart from those that do', async () => {
  const { links, opened } = await dial(10, id => (id < 4 ? 5 : null))
  expect(links).toHaveLength(10)
  expect(opened).toBe(4)
})

test('only shortages of this machine count as local errors', () => {
  expect(
    localErrors(
      new Map([
        ['ECONNREFUSED', 3],
        ['EMFILE', 2],
        ['ETIMEDOUT', 1],
        ['EADDRNOTAVAIL', 4],
      ]),
    ),
  ).toEqual({ EMFILE: 2, EADDRNOTAVAIL: 4 })
})
