import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { htmlAssets } from '../../src/cli/htmlAssets.ts'
import { compareResults } from '../../src/report/comparison/compare.ts'
import { renderCapacityHtml } from '../../src/report/html/capacityPage.ts'
import { renderComparisonHtml } from '../../src/report/html/comparisonPage.ts'
import { renderHtml } from '../../src/report/html/page.ts'
import { summarize } from '../../src/report/summarize.ts'
import { DEFAULT_SETTINGS } from '../../src/stats/gate/settings.ts'
import { needs } from '../needs.ts'
import { reported, six } from '../report/capacity.fixture.ts'
import { arm, failedRun, input, invalidRun, loadResult, testCase, validRun } from '../report/experiment.fixture.ts'

const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  path => path !== undefined && existsSync(path),
)
const inBrowser = needs(CHROMIUM !== undefined, 'chromium')

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'hl7bench-browser-'))
const files = {
  report: join(folder, 'report.html'),
  comparison: join(folder, 'comparison.html'),
  capacity: join(folder, 'capacity.html'),
}
let browser: Browser | null = null

beforeAll(async () => {
  const loads = (ms: number) => [
    loadResult(
      Array.from({ length: 500 }, (_, at) => ms + at / 20),
      2,
    ),
  ]
  const runs = Array.from({ length: 8 }, (_, at) => validRun(at, loads(10 + at)))
  const odd = [invalidRun(8, loads(40), ['the generator was paused for 300 ms']), failedRun(9, 'it died </script><b>')]
  const whole = input([...runs, ...odd], [testCase({ description: 'A scenario & its <text>' })])
  writeFileSync(files.report, renderHtml(summarize(whole), htmlAssets()))
  const pairs = Array.from({ length: 24 }, (_, at) => {
    const [name, block] = [at % 2 === 0 ? ('baseline' as const) : ('candidate' as const), Math.floor(at / 2)]
    const result = validRun(at, loads(name === 'baseline' ? 10 : 12))
    return { ...result, run: { ...result.run, arm: name, block } }
  })
  const plan = { ...whole.plan, arms: [arm('baseline'), arm('candidate')] }
  const { exit: _, ...rest } = whole
  const compared = compareResults(
    { ...rest, plan, results: pairs, settings: DEFAULT_SETTINGS },
    { code: 0, reason: 'compared' },
  )
  writeFileSync(files.comparison, renderComparisonHtml(compared, htmlAssets()))
  writeFileSync(files.capacity, renderCapacityHtml(searchedCapacity(), htmlAssets()))
  if (CHROMIUM !== undefined) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Two ciphers over two numbers of tunnels, and the same without a VPN. */
function searchedCapacity() {
  const direct = testCase({}, 'demo[topology=direct]')
  const vpns = ['aes128gcm16', 'aes256-sha256'].flatMap(cipher =>
    [1, 100].map(hospitals => ({
      ...testCase({}, `demo[cipher=${cipher},hospitals=${hospitals}]`),
      levels: { 'environment.vpn.cipher': cipher, 'environment.hospitals': hospitals },
    })),
  )
  const searches = [...vpns, direct].flatMap(({ id }, at) =>
    six({ cpuShare: 0.9 }).map(each => ({ ...each, caseId: id, lower: each.lower! - 20 * (3 - at) })),
  )
  const references = Object.fromEntries(vpns.map(({ id }) => [id, direct.id]))
  return reported(searches, { cases: [...vpns, direct], references, peakPerSecond: 300, missingMs: 60_000 })
}

/** The page, and what went wrong in it: console errors, exceptions, requests beyond the file itself. */
async function open(
  name: keyof typeof files,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; wrong: string[] }> {
  const page = await (await browser!.newContext(options)).newPage()
  const wrong: string[] = []
  const address = pathToFileURL(files[name]).href
  page.on('console', message => void (message.type() === 'error' && wrong.push(message.text())))
  page.on('pageerror', error => void wrong.push(error.message))
  page.on(
    'request',
    request => void (request.url() !== address && !request.url().startsWith('data:') && wrong.push(request.url())),
  )
  await page.goto(address)
  return { page, wrong }
}

/** Pixels that are not empty, of each canvas. */
const INKED = `[...document.querySelectorAll('canvas')].map(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let pixels = 0
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) pixels++
  return pixels
})`

const kinds = Object.keys(files) as (keyof typeof files)[]
const settings: readonly (readonly [name: string, options: BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['narrow', { viewport: { width: 360, height: 800 } }],
]

for (const kind of kinds) {
  for (const [name, options] of settings) {
    inBrowser(
      `the ${kind} opens in ${name} without an error or a request, and axe finds nothing serious`,
      async () => {
        const { page, wrong } = await open(kind, options)
        await page.waitForSelector('figure.drawn canvas')
        expect(wrong).toEqual([])
        await page.evaluate(AXE)
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
          }
          return (await axe.run()).violations.map(({ id, impact, nodes }) => ({
            id,
            impact,
            nodes: nodes.map(node => node.html.slice(0, 120)),
          }))
        })
        expect(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))).toEqual([])
        const sideways = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        )
        expect(sideways).toBeLessThanOrEqual(0)
        await page.context().close()
      },
      60_000,
    )
  }

  inBrowser(
    `the charts of the ${kind} are drawn, also for print, and their values stand in tables`,
    async () => {
      const { page } = await open(kind)
      await page.waitForSelector('figure.drawn canvas')
      const inked = () => page.evaluate<number[]>(INKED)
      expect(Math.min(...(await inked()))).toBeGreaterThan(500)
      await page.emulateMedia({ media: 'print' })
      expect(Math.min(...(await inked()))).toBeGreaterThan(500)
      expect(await page.locator('figure').count()).toBe(await page.locator('figure + details table').count())
      await page.context().close()
    },
    60_000,
  )

  inBrowser(
    `everything in the ${kind} that can be worked is reached by the keyboard`,
    async () => {
      const { page } = await open(kind)
      await page.waitForSelector('figure.drawn canvas')
      const wanted = await page.locator('summary').count()
      const reached = new Set<number>()
      for (let press = 0; press < 80 && reached.size < wanted; press++) {
        await page.keyboard.press('Tab')
        const at = await page.evaluate<number>(
          "[...document.querySelectorAll('summary')].indexOf(document.activeElement)",
        )
        if (at >= 0) reached.add(at)
      }
      expect(reached.size).toBe(wanted)
      await page.context().close()
    },
    60_000,
  )

  inBrowser(
    `without its script the ${kind} still says everything`,
    async () => {
      const { page, wrong } = await open(kind, { javaScriptEnabled: false })
      expect(wrong).toEqual([])
      expect(await page.locator('h1').innerText()).toMatch(/^hl7bench: demo/)
      expect(await page.locator('figure > svg').first().isVisible()).toBe(true)
      expect(await page.locator('svg.dots').count()).toBeGreaterThan(3)
      await page.context().close()
    },
    60_000,
  )
}
