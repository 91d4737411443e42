/** Terms of an audit that has counted nothing yet. */
export const NO_TERMS = {
  once: 0,
  duplicated: 0,
  lost: 0,
  corrupted: 0,
  rejected: 0,
  unknownArrived: 0,
  unknownAbsent: 0,
  unsent: 0,
}
