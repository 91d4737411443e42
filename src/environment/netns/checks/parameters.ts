import type { CheckResult } from '../../../model/environment.ts'
import { ipsecTunnels } from '../ipsec.ts'
import { ipsecAccount } from './associations.ts'
import type { Proof } from './check.ts'
import type { Account } from './deviation.ts'
import { wireguardAccount } from './peers.ts'

const MOST_TOLD = 5

/** Whether every tunnel is up with what was asked for, by the account of the gateways at both of its ends. */
export async function parameters(site: Proof): Promise<CheckResult[]> {
  const accounts = await Promise.all([
    ...(ipsecTunnels(site.topology).length > 0 ? [ipsecAccount(site)] : []),
    ...(site.wireguard.length > 0 ? [wireguardAccount(site)] : []),
  ])
  return accounts.length === 0 ? [] : [resultOf(accounts)]
}

function resultOf(accounts: readonly Account[]): CheckResult {
  const wrong = accounts.flatMap(({ deviations }) => deviations)
  const told = wrong
    .slice(0, MOST_TOLD)
    .map(
      ({ tunnel, host, parameter, found, expected }) =>
        `${tunnel} on ${host}: ${parameter} is ${found}, not ${expected}`,
    )
  const more = wrong.length > MOST_TOLD ? `; and ${wrong.length - MOST_TOLD} more` : ''
  return {
    name: 'parameters',
    passed: wrong.length === 0,
    evidence: wrong.length > 0 ? told.join('; ') + more : accounts.map(({ evidence }) => evidence).join('; '),
  }
}
