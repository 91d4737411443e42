import type { Protocol } from '../../model/scenario.ts'

/** Ports of the application: the customary ones, since a clone's are all its own. */
export const TARGET_PORTS: Readonly<Record<Protocol, number>> = { mllp: 2575, fhir: 8080 }
/** Port of the receivers at hospitals. */
export const RECEIVER_PORT = 2576
