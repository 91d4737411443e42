/** Kinds of errors in replies that are kept apart; the rest is counted as `other`. */
export const MOST_ACK_ERRORS = 20
export const OTHER_ACK_ERRORS = 'other'
