/** What every message of a TokenProblem begins with. */
export const NO_TOKEN = 'no access token'

/** No token was had. The message ends with the remedy; neither key, assertion nor token is in it. */
export class TokenProblem extends Error {
  override readonly name = 'TokenProblem'
  /** In few words, fit to be counted. */
  readonly what: string
  readonly remedy: string
  /** Whether asking again will not help. */
  readonly isFinal: boolean

  constructor(what: string, remedy: string, isFinal: boolean, detail = '') {
    super(`${NO_TOKEN}: ${what}${detail}; ${remedy}`)
    this.what = what
    this.remedy = remedy
    this.isFinal = isFinal
  }
}
