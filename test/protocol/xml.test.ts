import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Expectation } from '../../src/model/stream.ts'
import { verifyReply } from '../../src/protocol/http/verify.ts'
import { xmlFormat } from '../../src/protocol/http/xmlFormat.ts'
import { MOST_NESTED } from '../../src/protocol/json/nesting.ts'
import { MOST_PARSED_BYTES, parseXmlResource } from '../../src/protocol/xml/resource.ts'
import { scanXmlAccepts } from '../../src/protocol/xml/scan.ts'

const FHIR = 'http://hl7.org/fhir'
const search: Expectation = { name: 'search', statuses: [200], resourceType: 'Bundle', total: 1 }
const bundle = (inner: string, attributes = ` xmlns="${FHIR}"`) => `<Bundle${attributes}>${inner}</Bundle>`

function verdict(text: string | Buffer, parse: boolean, expected: Expectation = search, status = 200) {
  const body = Buffer.from(text)
  return verifyReply(expected, status, body, 0, body.length, parse, xmlFormat)
}

/** The same, scanned first or parsed at once. */
function reasonOf(text: string | Buffer, expected: Expectation = search): string | null {
  const [scanned, parsed] = [false, true].map(parse => verdict(text, parse, expected).reason)
  expect(scanned).toBe(parsed)
  return parsed!
}

describe('verdicts', () => {
  test.each([
    [null, bundle('<type value="searchset"/><total value="1"/>')],
    [null, `<?xml version="1.0"?>\n${bundle("<total\n value = '1' />")}\n`],
    [null, `\ufeff${bundle('<meta><tag><code value="total"/></tag></meta><total id="a>b" value="1"></total>')}`],
    [null, `<f:Bundle xmlns:f="${FHIR}"><f:total value="1"/></f:Bundle>`],
    [null, bundle('<!-- <total value="5"/> --><total value="1"/>')],
    [null, bundle('<total value="&#49;"/>')],
    ['total above 1', bundle('<link><total value="1"/></link><total value="2"/>')],
    ['total below 1', bundle('<total value="0"/>')],
    ['total above 1', bundle('<total value="12"/>')],
    ['Bundle without total', bundle('<entry><resource><X><total value="1"/></X></resource></entry>')],
    ['Bundle without total', bundle('<total value="many"/>')],
    ['resourceType is not Bundle', `<Patient xmlns="${FHIR}"><total value="1"/></Patient>`],
    ['XML that is no FHIR', bundle('<total value="1"/>', '')],
    ['body is no well-formed XML', bundle('<total value="1"/>').slice(0, -3)],
    ['body is no well-formed XML', '{"resourceType":"Bundle","total":1}'],
    ['body is no UTF-8', Buffer.concat([Buffer.from([0xff]), Buffer.from(bundle('<total value="1"/>'))])],
    [null, `<?xml version="1.0" encoding='utf-8' standalone="yes"?>${bundle('<total value="1"/>')}`],
    ['XML declared to be no UTF-8', `<?xml version="1.0" encoding="ISO-8859-1"?>${bundle('<total value="1"/>')}`],
    ['body is no UTF-8', Buffer.from(`\ufeff${bundle('<total value="1"/>')}`, 'utf16le')],
    ['Bundle without total', bundle('<total xmlns="urn:a" value="1"/>')],
    [null, bundle('<total value="1"/><total value="2"/>')],
    ['body with a document type', `<!DOCTYPE Bundle [<!ENTITY a "1">]>${bundle('<total value="&a;"/>')}`],
    ['body with a document type', `<!DOCTYPE Bundle SYSTEM "file:///etc/passwd">${bundle('<total value="1"/>')}`],
  ])('%s: %s', (reason, text) => expect(reasonOf(text)).toBe(reason))

  test('a total above the expected one raises the alarm, and a refusal is told by its OperationOutcome', () => {
    expect(verdict(bundle('<total value="2"/>'), false).alarm).toBe('total-above-expected')
    const outcome = `<OperationOutcome xmlns="${FHIR}"><issue><severity value="error"/><code value="processing"/></issue></OperationOutcome>`
    expect(verdict(outcome, false, search, 422).reason).toBe('http 422 error processing')
  })

  test('entries are counted by their own status, whatever stands in comments and prefixes', () => {
    const batch: Expectation = { name: 'batch', statuses: [200], resourceType: 'Bundle', total: null, entries: 2 }
    const entry = (status: string) => `<entry><response><status value="${status}"/></response></entry>`
    const good = entry('201 Created') + entry('200')
    const resource = '<entry><resource><Coverage><status value="active"/></Coverage></resource></entry>'
    expect(reasonOf(bundle(good + resource), batch)).toBe(null)
    expect(reasonOf(bundle(`${good}<!-- ${entry('500')} -->`), batch)).toBe(null)
    expect(reasonOf(bundle(entry('201') + entry('412 Precondition Failed')), batch)).toBe('entry http 412')
    expect(verdict(bundle(entry('201') + entry('500')), false, batch).refusedEntries).toEqual([1])
    expect(reasonOf(bundle(entry('201')), batch)).toBe('fewer than 2 entries answered')
    expect(verdict(bundle(entry('412')), false, batch).refusedEntries).toBe(undefined)
    const prefixed = `<f:Bundle xmlns:f="${FHIR}">${good.replace(/<(\/?)/g, '<$1f:')}</f:Bundle>`
    expect(reasonOf(prefixed, batch)).toBe(null)
  })
})

describe('bombs', () => {
  const entities = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('')
  const nested = (depth: number) => bundle('<a>'.repeat(depth) + '</a>'.repeat(depth))
  const any: Expectation = { ...search, total: null }

  test.each([
    ['entities', `<!DOCTYPE a [<!ENTITY e0 "x">${entities}]>${bundle('&e20;')}`, 'body with a document type'],
    ['nesting', nested(1_000_000), `body nested deeper than ${MOST_NESTED} levels`],
    ['an open end', bundle('<a>'.repeat(150)).slice(0, -9), 'body is no well-formed XML'],
    ['a name without an end', `<${'a'.repeat(1_000_000)}`, 'body is no well-formed XML'],
    ['length', bundle(' '.repeat(MOST_PARSED_BYTES)), `XML body longer than ${MOST_PARSED_BYTES} bytes`],
  ])('%s', (_, text, reason) => expect(parseXmlResource(Buffer.from(text))).toBe(reason))

  test('nesting is allowed to the limit', () => {
    expect(verdict(nested(MOST_NESTED - 1), true, any).reason).toBe(null)
    expect(verdict(nested(MOST_NESTED), true, any).reason).toBe(`body nested deeper than ${MOST_NESTED} levels`)
  })

  test('what is too long to be parsed is still scanned', () => {
    const long = bundle(`<total value="1"/>${' '.repeat(MOST_PARSED_BYTES)}`)
    expect(verdict(long, true).reason).toBe(null)
  })
})

describe('the scan', () => {
  const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
  const some = fc.stringMatching(/^[ \t\r\n]{1,3}$/)
  const quote = fc.constantFrom('"', "'")
  const number = fc.integer({ min: 0, max: 1_000_000 })

  test('finds type and total in any quotes and spacing, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(space, { minLength: 6, maxLength: 6 }),
        some,
        quote,
        quote,
        number,
        (s, gap, q, r, total) => {
          const root = `<Bundle${gap}xmlns${s[0]}=${s[1]}${q}${FHIR}${q}${s[2]}>`
          const own = `<total${gap}value${s[3]}=${s[4]}${r}${total}${r}${s[5]}/>`
          const body = Buffer.from(`${root}<id value="x/>"/>${own}<entry/></Bundle${s[2]}>${gap}`)
          expect(scanXmlAccepts(body, 'Bundle', total)).toBe(true)
          expect(scanXmlAccepts(body, 'Bundle', total + 1)).toBe(false)
          expect(scanXmlAccepts(body, 'Bundl', null)).toBe(false)
          expect(parseXmlResource(body)).toMatchObject({ resourceType: 'Bundle', total })
        },
      ),
    )
  })

  test('accepts of well-formed XML no more than the parser', () => {
    const piece = fc.constantFrom(
      '<total value="1"/>',
      '<total>',
      '</total>',
      '<a b="<total value=1/>">',
      "<a b='\">'/>",
      '</a>',
      '<!-- ',
      ' -->',
      '<![CDATA[',
      ']]>',
      '<?p ',
      '?>',
      '<entry>',
      '</entry>',
      '<total value="1" />',
      ' x ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const body = Buffer.from(bundle(pieces.join('')))
        const parsed = parseXmlResource(body)
        if (typeof parsed === 'string' || !scanXmlAccepts(body, 'Bundle', 1)) return
        expect(parsed.total).toBe(1)
      }),
      { numRuns: 3000 },
    )
  })

  test('takes a body that was cut anywhere for what it is', () => {
    const body = Buffer.from(bundle('<type value="searchset"/><total value="1"/><entry><a/></entry>'))
    for (let end = 0; end < body.length; end++) expect(scanXmlAccepts(body.subarray(0, end), 'Bundle', 1)).toBe(false)
  })

  test('no bytes make scan or parser throw', () => {
    const hostile = fc.array(
      fc.constantFrom('<', '>', '/', '"', "'", '=', 'a', ' ', '<Bundle', '<total value="', '&', '\0'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          hostile.map(parts => Buffer.from(parts.join(''))),
          fc.uint8Array().map(b => Buffer.from(b)),
        ),
        body => {
          scanXmlAccepts(body, 'Bundle', 1)
          parseXmlResource(body)
          verdict(body, false)
        },
      ),
    )
  })
})
