import { MOST_DRILLS } from '../../model/drill.ts'

export const MOST_HOSPITALS = 1_000
/** Hospital n of a hub, from 0, has this port and n for its own. */
export const FIRST_OWN_PORT = 20_000
/** Above them, one for each drill. */
export const SPARE_PORTS = Array.from({ length: MOST_DRILLS }, (_, n) => FIRST_OWN_PORT + MOST_HOSPITALS + n)
