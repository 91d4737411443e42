/** What is counted of FHIR loads beyond outcomes, and what it means. A name that is absent was not counted: its feature was off or never came to it. */
export const COUNTS = {
  attempts: 'requests sent, those sent again included, where failed ones may be sent again',
  retries: 'requests sent again after a wait',
  'retried-accepted': 'requests accepted at a later attempt',
  'unknown-had-arrived': 'conditional creates of unknown fate that a later attempt found there (200 or 304)',
  'unknown-had-not-arrived': 'conditional creates of unknown fate that a later attempt created (201)',
  'attempts-exhausted': 'requests given up after the last attempt',
  'budget-exhausted': 'requests given up because the retry budget was spent',
  'retry-after-too-long': 'requests given up because the server asked for a longer wait than is waited for',
  entries: 'entries of batches and transactions that were answered',
  'auth-refreshes': 'access tokens fetched after the first',
  'auth-refresh-failures': 'access tokens that could not be fetched under load',
  'auth-repeats': 'requests sent once more with a new access token after http 401',
  'auth-refused': 'requests refused for good with http 401 or 403',
  'entries-failed': 'entries that were answered with another status than 200, 201 or 304',
  pages: 'pages that searches with a page limit read, the first ones included',
  matches: 'entries that those searches found, over all pages that were read',
  'page-limit-reached': 'searches that had a further page beyond their page limit',
} as const

export type CountName = keyof typeof COUNTS
export type Counts = Readonly<Partial<Record<CountName, number>>>
