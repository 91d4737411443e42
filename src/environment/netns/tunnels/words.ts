import type { IpsecTunnel } from '../ipsec.ts'
import type { Tree } from '../tree.ts'
import { openVici, type Section, type Vici } from '../vici.ts'

/** What the gateways say of tunnels while it is listened to. */
export interface Words {
  /** What a gateway said of a tunnel that may tell why it is not up, oldest first. */
  of(host: string, tunnel: string): readonly string[]
  close(): void
}

/** Of an IKE_SA at one gateway. An answering gateway knows an address first, and a name only once it has read an identity. */
interface Talk {
  address: string | null
  name: string | null
  readonly said: Set<string>
}

/** charon's messages that tell something of a failure. They are in the log alone: no event of VICI has them. */
const TELLING =
  /\b(mismatch\w*|unacceptable|invalid|expired|revoked|fail\w*|errors?|unable|denied|not responding|giving up|retransmit \d|(received|configured) proposals|no (acceptable|matching|trusted|private|shared|alternative|IKE config|issuer|usable)\b.*|TS_UNACCEPTABLE|NO_PROPOSAL_CHOSEN|constraint)\b/i
const MOST_LINES = 4

/**
 * Listens to what the gateways of both ends say in their logs, at charon's usual level, whatever is written to their files. It costs each key exchange
 * time, so it is for tunnels that fail. @param hear told what an initiator says of a tunnel of its own
 */
export async function listenToWords(
  tree: Tree,
  tunnels: readonly IpsecTunnel[],
  hear: (tunnel: string, message: string) => void,
): Promise<Words> {
  const talks = new Map<string, Map<string, Talk>>()
  const initiated = new Set(tunnels.map(({ name, initiator }) => `${initiator.host} ${name}`))
  const byAddress = new Map(tunnels.map(({ name, initiator }) => [initiator.address, name]))
  const gateways: Vici[] = []
  const close = () => {
    for (const gateway of gateways) gateway.close()
  }
  const listenTo = async (host: string) => {
    const own = new Map<string, Talk>()
    talks.set(host, own)
    const gateway = await openVici(tree.fileOf(host, 'charon.vici'))
    gateways.push(gateway)
    await gateway.listen('log', line => {
      const said = keep(own, line)
      if (said !== null && initiated.has(`${host} ${said.name}`)) hear(said.name!, String(line.msg))
    })
  }
  const hosts = new Set(tunnels.flatMap(({ initiator, responder }) => [initiator.host, responder.host]))
  try {
    await Promise.all([...hosts].map(listenTo))
  } catch (error) {
    close()
    throw error
  }
  const tunnelOf = ({ address, name }: Talk) => (address === null ? name : byAddress.get(address)) ?? name
  return {
    of: (host, tunnel) => {
      const own = [...(talks.get(host)?.values() ?? [])].filter(talk => tunnelOf(talk) === tunnel)
      return [...new Set(own.flatMap(({ said }) => [...said]))].slice(-MOST_LINES)
    },
    close,
  }
}

/** Lines of one IKE_SA may come in another order than they were written: what it is known by is sorted out at the end. */
function keep(talks: Map<string, Talk>, line: Section): Talk | null {
  const id = line['ikesa-uniqueid']
  if (typeof id !== 'string') return null
  const talk = talks.get(id) ?? { address: null, name: null, said: new Set() }
  talks.set(id, talk)
  const [name, message] = [String(line['ikesa-name']), String(line.msg).trim()]
  if (name !== '(unnamed)') talk.name = name
  talk.address ??= /^(\S+) is initiating an IKE_SA/.exec(message)?.[1] ?? null
  if (TELLING.test(message)) talk.said.add(message)
  return talk
}
