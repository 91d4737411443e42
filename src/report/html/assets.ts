/** What the page takes along from outside the report: it must load nothing. */
export interface Assets {
  /** uPlot, script and stylesheet. */
  readonly script: string
  readonly stylesheet: string
  /** SHA-256 of a text in base64, for the page's policy. */
  readonly sha256: (text: string) => string
}
