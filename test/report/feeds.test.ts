import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { FeedFigures } from '../../src/model/feeds.ts'
import { feedNotes } from '../../src/report/feedLines.ts'
import { summarizeFeeds } from '../../src/report/feeds.ts'
import { renderHtml } from '../../src/report/html/page.ts'
import { renderJson } from '../../src/report/json.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { reportSchema } from '../../src/report/schema.ts'
import { summarize } from '../../src/report/summarize.ts'
import { renderTerminal } from '../../src/report/terminal.ts'
import { feedSpread } from '../../src/stats/feedSpread.ts'
import { ASSETS, input, loadResult, PLAIN, validRun } from './experiment.fixture.ts'

type Column = readonly (number | null)[]

/** Feeds with ten arrivals each, by p99 in ms; null = among the unanswered, one message lost. */
function feedsOf(p99Ms: Column, changes: Partial<FeedFigures> = {}): FeedFigures {
  return {
    aboveMs: 500,
    arrivals: p99Ms.map(() => 10),
    accepted: p99Ms.map(ms => (ms === null ? 9 : 10)),
    unanswered: p99Ms.map(ms => (ms === null ? 1 : 0)),
    p50Ms: p99Ms.map(() => 1),
    p99Ms,
    maxMs: p99Ms,
    ...changes,
  }
}

const summaryOf = (...runs: readonly FeedFigures[]) =>
  summarizeFeeds(runs.map(feeds => ({ ...loadResult([1]), feeds })))!

const value = (ms: number) => ({ value: ms, above: null })

test('over runs a feed has the median of its times, the largest of all, and its counts added up', () => {
  const runs = [feedsOf([2, 30, 2]), feedsOf([2, 10, 2]), feedsOf([2, 20, null])]
  const { worst, feeds, withFailures, arrivalsEach, p99, worstToMedian } = summaryOf(...runs)
  expect([feeds, withFailures, arrivalsEach]).toEqual([3, 1, 10])
  expect(p99).toEqual({ p10: value(2), p50: value(2), p90: value(20), worst: value(20) })
  expect(worstToMedian).toEqual(value(10))
  expect(worst[0]).toEqual({
    feed: 1,
    arrivals: 30,
    accepted: 30,
    unanswered: 0,
    p50: value(1),
    p99: value(20),
    max: value(30),
  })
  expect(worst[1]).toMatchObject({ feed: 2, accepted: 29, unanswered: 1, max: { value: null, above: 500 } })
})

test('the slowest feed is told apart by the lower bound where its messages were not answered', () => {
  const { p99, worstToMedian } = summaryOf(feedsOf([5, 5, null]))
  expect(p99!.worst).toEqual({ value: null, above: 500 })
  expect(worstToMedian).toEqual({ value: null, above: 100 })
})

test('a feed that is refused quickly is among the worst, too', () => {
  const p99Ms = Array.from({ length: 100 }, (_, feed) => 10 + feed)
  const accepted = p99Ms.map((_, feed) => (feed === 3 ? 0 : 10))
  const { worst } = summaryOf(feedsOf(p99Ms, { accepted }))
  expect(worst.map(({ feed }) => feed)).toEqual([99, 98, 97, 96, 95, 3])
})

test('a run in which nothing arrived on a feed says nothing of its times, and a feed without any arrival is idle', () => {
  const first = feedsOf([4, null, null], { arrivals: [10, 0, 0], accepted: [10, 0, 0], unanswered: [0, 0, 0] })
  const { worst, idle, withFailures } = summaryOf(
    first,
    feedsOf([6, 9, null], { arrivals: [10, 10, 0], accepted: [10, 10, 0] }),
  )
  expect([idle, withFailures]).toEqual([1, 0])
  expect(worst.map(({ feed, p99 }) => [feed, p99.value])).toEqual([
    [1, 9],
    [0, 5],
  ])
})

test('whatever the feeds did, at most ten are named, and of one run the report says what its row says', () => {
  const feed = fc.record({
    arrivals: fc.integer({ min: 0, max: 3 }),
    lost: fc.boolean(),
    ms: fc.option(fc.integer({ min: 1, max: 900 })),
  })
  fc.assert(
    fc.property(fc.array(feed, { minLength: 1, maxLength: 60 }), feeds => {
      const figures = feedsOf(
        feeds.map(({ ms, arrivals }) => (arrivals === 0 ? null : ms)),
        {
          arrivals: feeds.map(({ arrivals }) => arrivals),
          accepted: feeds.map(({ arrivals, lost }) => (lost ? 0 : arrivals)),
        },
      )
      const { worst, withFailures, p99 } = summaryOf(figures)
      const row = feedSpread(figures)
      expect(worst.length).toBeLessThanOrEqual(10)
      expect(withFailures).toBe(row.withFailures)
      for (const at of ['p10', 'p50', 'p90', 'worst'] as const)
        expect(p99 && (p99[at].value ?? Number.POSITIVE_INFINITY)).toBe(row.p99Ms?.[at] ?? null)
    }),
  )
})

test('feeds without an arrival are told apart from those that had some', () => {
  const { p99 } = summaryOf(feedsOf([12, 12]))
  const note = (idle: number, arrivalsEach: number) =>
    feedNotes({ name: 'mllp', feeds: { ...summaryOf(feedsOf([12])), p99, feeds: 1_000, idle, arrivalsEach } })[0]
  expect(note(827, 1)).toMatch(
    /^mllp: 1,000 feeds, 827 without an arrival and 173 with about 1 arrival each in a run, resp/,
  )
  expect(note(0, 0)).toContain('1,000 feeds with less than 1 arrival each in a run')
})

test('every format tells how far a thousand feeds are apart and names the worst, within its bounds', () => {
  const slow = Array.from({ length: 1_000 }, (_, feed) => (feed === 417 ? 31 : feed === 8 ? null : 12))
  const runs = [0, 1].map(order => validRun(order, [{ ...loadResult([10, 12]), feeds: feedsOf(slow) }]))
  const report = summarize(input(runs))
  const terminal = renderTerminal(report, { style: PLAIN, glyphs: 'ascii', width: 80 })
  expect(Math.max(...terminal.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  expect(terminal.replace(/ +/g, ' ')).toContain('\n417 20 20 0 1 ms 31 ms 31 ms\n')
  expect(terminal.match(/^\d+ +20 +/gm)).toHaveLength(5)
  const texts = [terminal, renderMarkdown(report), renderHtml(report, ASSETS)]
  for (const text of texts.map(each => each.replace(/\s+/g, ' ').replaceAll('&gt;', '>').replaceAll('\\>', '>')))
    expect(text).toContain(
      'mllp: 1,000 feeds with about 10 arrivals each in a run, response p99 of the median feed 12 ms, of nine in ten at most 12 ms, of the slowest > 500 ms (more than 41.7 x), 1 with a failure. The worst:',
    )
  expect(texts[1]).toContain('| 417 | 20 | 20 | 0 | 1 ms | 31 ms | 31 ms |')
  expect(texts[2]).toContain('<th scope="row" class="number">417</th>')
  const json = renderJson(report)
  expect(json.length).toBeLessThan(30_000)
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(z.toJSONSchema(reportSchema))
  expect(validate(JSON.parse(json)), JSON.stringify(validate.errors)).toBe(true)
})
