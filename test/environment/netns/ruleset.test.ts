import fc from 'fast-check'
import { expect, describe as group, test } from 'vitest'
import { compareRulesets } from '../../../src/environment/netns/checks/compareRulesets.ts'
import { readRuleset } from '../../../src/environment/netns/checks/ruleset.ts'

/** As nft 1.0.6 prints it. */
const LISTING = `table inet gate {
	counter refused {
	}

	set in_ports {
		type ipv4_addr . ipv4_addr . inet_service
		flags interval
		elements = { 10.1.0.0/24 . 10.2.0.10 . 2575,
			     10.1.1.0/24 . 10.2.0.10 . 2576 comment "} of, one",
			     10.1.2.3 . 10.2.0.0/16 . 2576 }
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		udp dport { 500, 4500 } accept comment "a { b, a } c"
		counter name "refused" drop
	}
}
# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat {
	chain before {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 80 jump {
			ip saddr 10.1.0.1 accept
		}
		iifname "lan0" dnat ip prefix to ip daddr map { 10.1.0.0/24 : 10.2.0.0/24, 10.1.1.0/24 : 10.2.1.0/24 }
	}
}
`
const compare = (wanted: string, found: string) => compareRulesets(readRuleset(wanted), readRuleset(found))
const without = (line: string) => LISTING.replace(line, '')

test('a listing is read block by block, rules in their order and elements without one', () => {
  expect([...readRuleset(LISTING)]).toEqual([
    ['table inet gate', { lines: [], elements: [] }],
    ['counter refused of table inet gate', { lines: [], elements: [] }],
    [
      'set in_ports of table inet gate',
      {
        lines: ['type ipv4_addr . ipv4_addr . inet_service', 'flags interval'],
        elements: [
          '10.1.0.0/24 . 10.2.0.10 . 2575',
          '10.1.1.0/24 . 10.2.0.10 . 2576 comment "} of, one"',
          '10.1.2.3 . 10.2.0.0/16 . 2576',
        ],
      },
    ],
    [
      'chain forward of table inet gate',
      {
        lines: [
          'type filter hook forward priority filter; policy drop',
          'ct state established,related accept',
          'udp dport { 4500, 500 } accept comment "a { b, a } c"',
          'counter name "refused" drop',
        ],
        elements: [],
      },
    ],
    ['table ip nat', { lines: [], elements: [] }],
    [
      'chain before of table ip nat',
      {
        lines: [
          'type nat hook prerouting priority dstnat; policy accept',
          'tcp dport 80 jump {',
          'ip saddr 10.1.0.1 accept',
          '}',
          'iifname "lan0" dnat ip prefix to ip daddr map { 10.1.0.0/24 : 10.2.0.0/24, 10.1.1.0/24 : 10.2.1.0/24 }',
        ],
        elements: [],
      },
    ],
  ])
})

group('two rulesets', () => {
  test('are the same whatever the order of elements, of those within a rule, and of blocks', () => {
    const [first, second] = LISTING.split('# Warning: table ip nat is managed by iptables-nft, do not touch!\n')
    const turned = second! + first!.replace('{ 500, 4500 }', '{ 4500, 500 }')
    expect(compare(LISTING, turned)).toEqual([])
    expect(compare('', '')).toEqual([])
  })

  test('differ in what is too much and in what is missing', () => {
    const line = '\t\tct state established,related accept\n'
    const open = LISTING.replace('policy drop', 'policy accept')
    const block = 'chain forward of table inet gate'
    expect(compare(open, without(line))).toEqual([
      { kind: 'too much', block, what: 'type filter hook forward priority filter; policy drop' },
      { kind: 'missing', block, what: 'type filter hook forward priority filter; policy accept' },
      { kind: 'missing', block, what: 'ct state established,related accept' },
    ])
  })

  test('differ where a rule is there twice', () => {
    const line = '\t\tct state established,related accept\n'
    const [difference, ...others] = compare(LISTING, LISTING.replace(line, line + line))
    expect(difference).toMatchObject({ kind: 'too much', what: 'ct state established,related accept' })
    expect(others).toEqual([])
  })

  test('differ in the order of rules', () => {
    const last = '\t\tcounter name "refused" drop\n'
    const first = '\t\tct state established,related accept\n'
    expect(compare(LISTING, without(last).replace(first, last + first))).toEqual([
      expect.objectContaining({ kind: 'in another order', block: 'chain forward of table inet gate' }),
    ])
  })

  test('differ in a table with what is in it, and where it is missing by its name', () => {
    const more = 'table ip6 t {\n\tchain c {\n\t\taccept\n\t}\n}\n'
    expect(compare(LISTING, LISTING + more)).toEqual([
      { kind: 'too much', block: null, what: 'chain c of table ip6 t { accept }' },
    ])
    expect(compare(LISTING + more, LISTING)).toEqual([{ kind: 'missing', block: null, what: 'table ip6 t' }])
    expect(compare(LISTING, `${LISTING}table ip6 t {\n}\n`)).toEqual([
      { kind: 'too much', block: null, what: 'table ip6 t' },
    ])
    expect(compare(LISTING, `${LISTING}table ip6 t {\n\tflags dormant\n}\n`)).toEqual([
      { kind: 'too much', block: null, what: 'table ip6 t { flags dormant }' },
    ])
  })

  test('differ in a set that only one of them has', () => {
    const set = '\n\tset more {\n\t\ttype ipv4_addr\n\t\telements = { 10.1.0.1 }\n\t}\n'
    const found = LISTING.replace('table inet gate {', `table inet gate {${set}`)
    const what = 'set more of table inet gate { type ipv4_addr; 10.1.0.1 }'
    expect(compare(LISTING, found)).toEqual([{ kind: 'too much', block: null, what }])
    expect(compare(found, LISTING)).toEqual([{ kind: 'missing', block: null, what }])
  })
})

group('every ruleset', () => {
  const words = fc.constantFrom('tcp dport 22 accept', 'udp dport { 500, 4500 } drop', 'accept comment "{ x"', 'drop')
  const chains = fc.dictionary(fc.constantFrom('forward', 'before', 'after'), fc.array(words, { maxLength: 5 }))
  const elements = fc.uniqueArray(fc.ipV4(), { maxLength: 40 })
  const tables = fc.record({ chains, sets: fc.dictionary(fc.constantFrom('in_all', 'out_all'), elements) })
  const rulesets = fc.dictionary(fc.constantFrom('inet gate', 'ip translate', 'ip6 t'), tables, {
    noNullPrototype: true,
  })
  type Written = typeof rulesets extends fc.Arbitrary<infer T> ? T : never

  const written = (header: string, indent: string, lines: readonly string[]) =>
    `${indent}${header} {\n${lines.map(line => `${indent}\t${line}\n`).join('')}${indent}}\n`
  const setLines = (found: readonly string[]) => [
    'type ipv4_addr',
    ...(found.length === 0 ? [] : [`elements = { ${found.join(',\n\t\t\t     ')} }`]),
  ]
  const write = (ruleset: Written) =>
    Object.entries(ruleset)
      .map(
        ([table, { chains: ofChains, sets }]) =>
          `table ${table} {\n${[
            ...Object.entries(sets).map(([name, found]) => written(`set ${name}`, '\t', setLines(found))),
            ...Object.entries(ofChains).map(([name, rules]) => written(`chain ${name}`, '\t', rules)),
          ].join('\n')}}\n`,
      )
      .join('')
  const turned = (ruleset: Written): Written =>
    Object.fromEntries(
      Object.entries(ruleset)
        .toReversed()
        .map(([table, { chains: ofChains, sets }]) => [
          table,
          {
            chains: ofChains,
            sets: Object.fromEntries(Object.entries(sets).map(([name, found]) => [name, found.toReversed()])),
          },
        ]),
    )

  test('is as itself, in whatever order nft lists it', () => {
    fc.assert(
      fc.property(rulesets, ruleset => {
        expect(compare(write(ruleset), write(turned(ruleset)))).toEqual([])
      }),
    )
  })

  test('differs from itself with one more rule or element in that alone, either way', () => {
    fc.assert(
      fc.property(rulesets, fc.nat(), fc.nat(), fc.boolean(), (ruleset, which, place, isSet) => {
        const more = structuredClone(ruleset)
        const lists = Object.entries(more).flatMap(([table, each]) =>
          Object.entries(isSet ? each.sets : each.chains).map(([name, list]) => ({ table, name, list })),
        )
        fc.pre(lists.length > 0)
        const { table, name, list } = lists[which % lists.length]!
        const what = isSet ? '10.0.0.0/8' : 'ip saddr 10.0.0.0/8 accept'
        list.splice(place % (list.length + 1), 0, what)
        const [before, after] = [write(ruleset), write(more)]
        const block = `${isSet ? 'set' : 'chain'} ${name} of table ${table}`
        expect(compare(before, after)).toEqual([{ kind: 'too much', block, what }])
        expect(compare(after, before)).toEqual([{ kind: 'missing', block, what }])
      }),
    )
  })

  test('is the same as another only where both read alike', () => {
    fc.assert(
      fc.property(rulesets, rulesets, (one, other) => {
        const [there, back] = [compare(write(one), write(other)), compare(write(other), write(one))]
        expect(there.length === 0).toBe(back.length === 0)
        const isSame =
          JSON.stringify([...readRuleset(write(one))].toSorted()) ===
          JSON.stringify([...readRuleset(write(other))].toSorted())
        expect(there.length === 0).toBe(isSame)
      }),
    )
  })
})
