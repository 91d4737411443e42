/** Faults on each n-th request that both built-in targets know, and what they do. */
export const COMMON_FAULTS = {
  disconnect: 'closes the connection without storing or answering',
  drop: 'neither stores nor answers',
  lose: 'answers well without storing',
  'lose-ack': 'stores and does not answer',
  duplicate: 'stores twice',
  corrupt: 'stores an altered body',
} as const

/** Faults of the FHIR server on each n-th request, and what they do to an answer with a next link. */
export const NEXT_FAULTS = {
  'loop-next': 'links to the page itself as the next one',
  'foreign-next': 'links to a next page on another server',
  'lose-next': 'leaves out the link to the next page',
} as const

/** Faults on each n-th request that the FHIR server alone knows, and what they do. */
export const FHIR_FAULTS = {
  ...NEXT_FAULTS,
  'lose-entry': 'answers a Bundle well without storing the last of the resources that it creates',
} as const

/** Faults on each n-th message that the MLLP receiver alone knows, and what they do. */
export const MESSAGE_FAULTS = {
  'no-framing': 'answers without VT, FS and CR, and leaves the connection open',
  'no-vt': 'answers without VT',
  'no-cr': 'answers without CR after FS',
  'lf-after-fs': 'sends a LF after the FS CR of its answer',
  'lf-before-vt': 'sends a LF before the VT of its answer',
  'crlf-segments': 'ends the segments of its answer with CR LF',
  'lf-segments': 'ends the segments of its answer with LF',
  nuls: 'sends NULs after its answer',
  'wrong-id': 'answers with a control id that nobody sent',
  'empty-id': 'answers without a control id',
  'swapped-id': 'answers with the control id of the message before on its connection',
  crossed: 'sends its answer to another connection, and the next such answer back here',
  reorder: 'answers after the next message of its connection, or 20 ms later',
  'reject-once': 'refuses a message with AE, and takes it when it comes again',
  'close-after': 'closes the connection right after its answer',
  'half-close': 'ends its own side of the connection after its answer, and reads on without answering',
  'no-commit': 'enhanced mode: sends no commit ack',
  'late-commit': 'enhanced mode: commits after the application ack',
  'double-commit': 'enhanced mode: commits twice',
  'no-application-ack': 'enhanced mode: commits, and never answers',
  'ask-commit': 'enhanced mode: its application ack asks for a commit ack',
} as const

/** Faults of every connection of the MLLP receiver that take a time, and what they do. */
export const PACE_FAULTS = {
  gap: 'passes over a message that comes sooner than ms after the last answer on its connection',
  check: 'looks at its link for ms before each answer, one after the other on a connection',
  'read-timer': 'holds back its answers until nothing has come on the connection for ms',
  'close-idle': 'closes a connection on which nothing has come for ms',
} as const

/** Faults of the MLLP receiver that count connections, and what they do. */
export const CAPACITY_FAULTS = {
  'max-connections': 'closes every connection beyond n at once',
  backlog: 'listens with room for about n connections that wait to be accepted (Linux: 1 more)',
} as const

/** Those of them that an answer over HTTP can show too. */
export const HTTP_MESSAGE_FAULTS: readonly MessageFault[] = ['wrong-id', 'empty-id', 'swapped-id', 'reject-once']

export type CommonFault = keyof typeof COMMON_FAULTS
export type NextFault = keyof typeof NEXT_FAULTS
export type FhirFault = keyof typeof FHIR_FAULTS
export type MessageFault = keyof typeof MESSAGE_FAULTS
export type PaceFault = keyof typeof PACE_FAULTS
export type CapacityFault = keyof typeof CAPACITY_FAULTS

/** A misbehaviour of a built-in target. `every` = each n-th request, counted over all connections (the n-th, 2n-th ..). */
export type Fault = RequestFault | ConnectionFault

/**
 * - `delay`: answers `ms` later. - `stall`: answers nothing for `ms`, then goes on (whole target).
 * - `reject`: refuses without storing (MLLP `code`; FHIR 4xx/5xx `status`). - `nak`: refuses an HLLP block (C count, X checksum, B too big, G other).
 */
export type RequestFault =
  | { readonly kind: 'delay'; readonly every: number; readonly ms: number }
  | { readonly kind: 'stall'; readonly every: number; readonly ms: number }
  | {
      readonly kind: 'reject'
      readonly every: number
      readonly code: 'AE' | 'AR' | 'CE' | 'CR'
      readonly status: number
    }
  | { readonly kind: 'nak'; readonly every: number; readonly reason: 'C' | 'X' | 'B' | 'G' }
  | { readonly kind: CommonFault | FhirFault | MessageFault; readonly every: number }

/** `one-session`: a new connection ends all former ones. */
export type ConnectionFault =
  | { readonly kind: PaceFault; readonly ms: number }
  | { readonly kind: CapacityFault; readonly connections: number }
  | { readonly kind: 'one-session' }
