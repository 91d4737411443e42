import type { CapacityAim } from '../../model/capacity.ts'

const UNITS = { rate: 'msg/s', feeds: 'feeds', tunnels: 'tunnels' } as const

/** What a load is counted in. */
export const unitOf = ({ over }: Pick<CapacityAim, 'over'>): string => UNITS[over]
