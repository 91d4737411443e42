import type { CapacityAim } from '../../model/capacity.ts'
import { formatNumber, plural } from '../format.ts'

const UNITS = { rate: 'msg/s', feeds: 'feeds', tunnels: 'tunnels' } as const
const NOUNS = { feeds: 'feed', tunnels: 'tunnel' } as const

/** What a load is counted in. */
export const unitOf = ({ over }: Pick<CapacityAim, 'over'>): string => UNITS[over]

/** `812 msg/s`, `1 tunnel`. */
export const loadText = (load: number, { over }: Pick<CapacityAim, 'over'>): string =>
  over === 'rate' ? `${formatNumber(load)} ${UNITS.rate}` : plural(load, NOUNS[over])
