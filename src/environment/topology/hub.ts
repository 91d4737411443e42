import type { Hospital, Topology, TopologyHost, TopologyLink, Tunnel, TunnelEnd, Vpn } from '../../model/topology.ts'
import { FIRST_OWN_PORT, SPARE_PORTS } from './applicationPorts.ts'
import { endpoint, type LinkOptions, link, PLAIN, router } from './direct.ts'

export interface HubOptions {
  /** Hospitals on our gateway, 1 to 1,000. */
  readonly hospitals: number
  /** How many of them have the address range of another; they live in namespaces of their own, at most 60. */
  readonly overlapping: number
  /** Whose gateway translates the overlapping ones. */
  readonly translatedBy: 'hospital' | 'us'
  readonly vpn: Vpn
  readonly internet: LinkOptions
  /** Ports of the application that every hospital may use, at least one, besides the one that is its own, which is taken for the first. */
  readonly sharedPorts: readonly number[]
  /** The one port of each hospital that both firewalls let the application through to. */
  readonly receiverPort: number
}

/** Host that plays all hospitals whose addresses nobody else has. */
const SENDER = 'hosp'
const APPLICATION = '10.200.0.0/24'
const APPLICATION_ADDRESS = '10.200.0.10'
/** How every overlapping hospital's network begins. */
const OVERLAPPED = '10.250.0'
/**
 * Hospitals of ranges of their own that have a gateway and a host apart: between them is seen that they cannot reach each other. Their load comes from the host
 * that all such hospitals share, by a leg into the network of each.
 */
const MOST_APART = 2
/** In the network of such a hospital. */
const APART = { host: 10, gateway: 9, leg: 22, legGateway: 21 }
const OURS = { host: 'gw', address: '198.51.100.2', identity: 'vpn.application.example', networks: [APPLICATION] }

/** N hospitals on one gateway, each with a tunnel, addresses, credentials and a port of its own. */
export function hub(options: HubOptions): Topology {
  const apart = Math.min(MOST_APART, options.hospitals - options.overlapping)
  const separate = Array.from({ length: apart + options.overlapping }, (_, k) =>
    separateSite(k, k < apart ? `10.230.${k}` : OVERLAPPED, options),
  )
  const plain = Array.from({ length: options.hospitals - separate.length }, (_, n) =>
    plainSite(separate.length + n, options),
  )
  const sites = [...separate, ...plain]
  const hosts = [...shared(plain, separate, options), ...separate.flatMap(site => site.hosts)]
  return {
    name: 'hub',
    hosts,
    links: [...backbone(options, plain.length > 0), ...separate.flatMap(site => site.links)],
    tunnels: sites.map(({ tunnel }) => tunnel),
    hospitals: sites.map(({ hospital }) => hospital),
    application: 'app',
    applicationAddress: APPLICATION_ADDRESS,
    sparePorts: SPARE_PORTS,
    internet: 'inet',
  }
}

interface Site {
  readonly hospital: Hospital
  readonly tunnel: Tunnel
  /** Networks as our side knows it. */
  readonly network: string
  readonly onOurGateway: boolean
  readonly hosts: readonly TopologyHost[]
  readonly links: readonly TopologyLink[]
  /** Route of the internet to its gateway. */
  readonly publicAddress: string
}

/** Ports that are open to a hospital, and its own that is open to the application. */
const openTo = (n: number, { sharedPorts, receiverPort }: HubOptions) => ({
  ports: [FIRST_OWN_PORT + n, ...sharedPorts],
  receiverPort,
})
const pair = (n: number) => `${Math.floor(n / 250)}.${n % 250}`

/** One of those that a single gateway and a single sender play. */
function plainSite(n: number, options: HubOptions): Site {
  const prefix = `10.${1 + Math.floor(n / 250)}.${n % 250}`
  const network = `${prefix}.0/24`
  const address = `${prefix}.10`
  const publicAddress = `198.18.${pair(n)}`
  return {
    hospital: { host: SENDER, address, seenAs: address, reachedAt: address, ...openTo(n, options) },
    tunnel: tunnelOf(
      n,
      options.vpn,
      { host: 'hgw', address: publicAddress, networks: [network], inside: `${prefix}.1` },
      {
        ...OURS,
        inside: '10.200.0.1',
      },
    ),
    network,
    onOurGateway: true,
    hosts: [],
    links: [],
    publicAddress,
  }
}

/** A hospital in namespaces of its own; one with the range of others is known by another beyond a gateway. */
function separateSite(k: number, prefix: string, options: HubOptions): Site {
  const overlaps = prefix === OVERLAPPED
  const byUs = overlaps && options.translatedBy === 'us'
  const [host, gateway, ours] = [`oh${k}`, `og${k}`, byUs ? `vr${k}` : OURS.host]
  const known = overlaps ? `10.240.${k}` : prefix
  const [inside, outside] = [`${prefix}.0/24`, `${known}.0/24`]
  const [near, far] = [`198.19.${k}`, `198.19.${100 + k}`]
  const tunnelled = byUs ? prefix : known
  const open = openTo(k, options)
  const leg = `${prefix}.${APART.leg}`
  const own = { host: gateway, address: `${near}.2`, networks: [`${tunnelled}.0/24`], inside: `${tunnelled}.1` }
  const other: TunnelEnd = byUs
    ? { ...OURS, host: ours, address: `${far}.2`, inside: `10.200.0.${100 + k}` }
    : { ...OURS, inside: '10.200.0.1' }
  return {
    hospital: overlaps
      ? { host, address: `${prefix}.10`, seenAs: `${known}.10`, reachedAt: `${known}.10`, ...open }
      : {
          ...{ host: SENDER, address: leg, seenAs: leg, reachedAt: leg, ...open },
          apart: { host, address: `${prefix}.${APART.host}` },
        },
    tunnel: tunnelOf(k, options.vpn, own, other),
    network: outside,
    onOurGateway: !byUs,
    publicAddress: own.address,
    hosts: [
      { ...endpoint(host), routes: [{ to: 'default', via: overlaps ? `${prefix}.1` : `${prefix}.${APART.gateway}` }] },
      {
        name: gateway,
        role: 'gateway',
        addresses: byUs ? [] : [`${tunnelled}.1/32`],
        routes: [{ to: 'default', via: `${near}.1` }],
        passes: [
          { from: inside, to: APPLICATION, ports: null, tunnel: 'out' },
          { from: APPLICATION, to: inside, ports: [open.receiverPort], tunnel: 'in' },
        ],
        translations: overlaps && !byUs ? [{ inside, outside, of: 'sent' }] : [],
      },
      ...(byUs ? [ourSide(ours, k, `${far}.1`, { inside, outside }, open)] : []),
    ],
    links: [
      ...(overlaps
        ? [link(`hospital-${k}`, [host, 'lan0', `${prefix}.10/24`], [gateway, 'lan0', `${prefix}.1/24`], PLAIN)]
        : apartLinks(k, { host, gateway, prefix })),
      link(`internet-${k}`, [gateway, 'wan0', `${near}.2/30`], ['inet', `o${k}`, `${near}.1/30`], options.internet),
      ...(byUs
        ? [
            link(`uplink-${k}`, [ours, 'wan0', `${far}.2/30`], ['inet', `v${k}`, `${far}.1/30`], PLAIN),
            link(`core-${k}`, [ours, 'lan0', `10.201.${k}.2/30`], ['core', `v${k}`, `10.201.${k}.1/30`], PLAIN),
          ]
        : []),
    ],
  }
}

/** The host apart behind its gateway, and the leg of the host that the load comes from. */
function apartLinks(k: number, { host, gateway, prefix }: { host: string; gateway: string; prefix: string }) {
  const at = (place: number) => `${prefix}.${place}/30`
  return [
    link(`hospital-${k}`, [host, 'lan0', at(APART.host)], [gateway, 'lan0', at(APART.gateway)], PLAIN),
    link(`leg-${k}`, [SENDER, `leg${k}`, at(APART.leg)], [gateway, 'lan1', at(APART.legGateway)], PLAIN),
  ]
}

/** A gateway of ours for one hospital whose addresses another has too. */
function ourSide(
  name: string,
  k: number,
  via: string,
  translation: { inside: string; outside: string },
  { ports, receiverPort }: Pick<Hospital, 'ports' | 'receiverPort'>,
): TopologyHost {
  return {
    name,
    role: 'gateway',
    addresses: [`10.200.0.${100 + k}/32`],
    routes: [
      { to: 'default', via },
      { to: `${APPLICATION_ADDRESS}/32`, via: `10.201.${k}.1` },
    ],
    passes: [
      { from: translation.inside, to: APPLICATION_ADDRESS, ports, tunnel: 'in' },
      { from: APPLICATION, to: translation.inside, ports: [receiverPort], tunnel: 'out' },
    ],
    translations: [{ ...translation, of: 'received' }],
  }
}

function tunnelOf(n: number, vpn: Vpn, initiator: Omit<TunnelEnd, 'identity'>, responder: TunnelEnd): Tunnel {
  return { name: `hosp-${n}`, vpn, initiator: { ...initiator, identity: `hosp-${n}.hospital.example` }, responder }
}

/** The hosts that hospitals have in common. */
function shared(
  plain: readonly Site[],
  separate: readonly Site[],
  { sharedPorts, receiverPort }: HubOptions,
): TopologyHost[] {
  const onGateway = [...plain, ...separate].filter(({ onOurGateway }) => onOurGateway)
  const networks = plain.map(({ network }) => network)
  const legs = separate.flatMap(({ hospital: { apart, address } }) =>
    apart === undefined ? [] : [{ from: address, via: address.replace(/\d+$/, String(APART.legGateway)) }],
  )
  const common =
    plain.length > 0
      ? [{ to: 'default', via: '10.0.0.1' }]
      : legs.slice(0, 1).map(({ via }) => ({ to: 'default', via }))
  const sender: TopologyHost[] =
    plain.length + legs.length === 0
      ? []
      : [
          {
            ...endpoint(SENDER),
            addresses: plain.map(({ hospital: { address } }) => `${address}/32`),
            routes: [...common, ...legs.map(leg => ({ to: 'default', ...leg }))],
          },
        ]
  const gateway: TopologyHost[] =
    plain.length === 0
      ? []
      : [
          {
            name: 'hgw',
            role: 'gateway',
            addresses: plain.flatMap(({ publicAddress, tunnel }) => [
              `${publicAddress}/32`,
              `${tunnel.initiator.inside}/32`,
            ]),
            routes: [{ to: 'default', via: '192.0.2.1' }, ...networks.map(to => ({ to, via: '10.0.0.2' }))],
            passes: networks.flatMap(network => [
              { from: network, to: APPLICATION, ports: null, tunnel: 'out' as const },
              { from: APPLICATION, to: network, ports: [receiverPort], tunnel: 'in' as const },
            ]),
            translations: [],
          },
        ]
  return [
    ...sender,
    ...gateway,
    { ...router('inet'), routes: plain.map(({ publicAddress }) => ({ to: `${publicAddress}/32`, via: '192.0.2.2' })) },
    {
      name: 'gw',
      role: 'gateway',
      addresses: ['10.200.0.1/32'],
      routes: [
        { to: 'default', via: '198.51.100.1' },
        { to: `${APPLICATION_ADDRESS}/32`, via: '10.202.0.1' },
      ],
      passes: onGateway.flatMap(({ network, hospital: { ports } }) => [
        { from: network, to: APPLICATION_ADDRESS, ports, tunnel: 'in' as const },
        { from: APPLICATION, to: network, ports: [receiverPort], tunnel: 'out' as const },
      ]),
      translations: [],
    },
    {
      ...router('core'),
      routes: [
        { to: 'default', via: '10.202.0.2' },
        ...separate.flatMap(({ onOurGateway, network }, k) =>
          onOurGateway ? [] : [{ to: network, via: `10.201.${k}.2` }],
        ),
      ],
    },
    {
      ...endpoint('app'),
      routes: [{ to: 'default', via: '10.200.0.9' }],
      redirect: { first: FIRST_OWN_PORT, last: SPARE_PORTS.at(-1)!, to: sharedPorts[0]! },
    },
  ]
}

function backbone({ internet }: HubOptions, hasPlain: boolean): TopologyLink[] {
  return [
    ...(hasPlain
      ? [
          link('hospital', ['hosp', 'lan0', '10.0.0.2/30'], ['hgw', 'lan0', '10.0.0.1/30'], PLAIN),
          link('internet', ['hgw', 'wan0', '192.0.2.2/30'], ['inet', 'far0', '192.0.2.1/30'], internet),
        ]
      : []),
    link('uplink', ['inet', 'near0', '198.51.100.1/30'], ['gw', 'wan0', '198.51.100.2/30'], PLAIN),
    link('core', ['gw', 'lan0', '10.202.0.2/30'], ['core', 'gw0', '10.202.0.1/30'], PLAIN),
    link('application', ['app', 'lan0', `${APPLICATION_ADDRESS}/30`], ['core', 'app0', '10.200.0.9/30'], PLAIN),
  ]
}
