/** HL7 table 0357, message error condition codes (v2.5.1 and later; the texts of the table). */
export const ERROR_CODES = {
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '104': 'Value too long',
  '198': 'Non-conformant cardinality',
  '199': 'Other HL7 error',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** The codes by their texts, in lower case. */
export const ERROR_TEXTS: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries(ERROR_CODES).map(([code, text]) => [text.toLowerCase(), code as ErrorCode]),
)
