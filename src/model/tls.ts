/** How a load speaks TLS: what the user said, no key in it. */
export interface TlsSettings {
  /** Built-in targets only: they demand the client certificate that is made with theirs. */
  readonly mutual: boolean
  /** Whom the server's certificate must come from; empty = the certificate authorities that the system (Node) trusts. */
  readonly ca: readonly PemSource[]
  /** The client's own certificate, with its chain, and the key of it; null = none. */
  readonly cert: PemSource | null
  readonly key: PemSource | null
  /** Of an encrypted key. */
  readonly passphrase: PemSource | null
  /** Name asked for by SNI and looked for in the certificate; null = the host. */
  readonly serverName: string | null
  readonly minVersion: TlsVersion
  /** False: whoever answers is taken for the server. */
  readonly verify: boolean
}

export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
export type TlsVersion = (typeof TLS_VERSIONS)[number]

/** Where a text is read from: a file (absolute), or an environment variable; one whose name ends in `_FILE` names the file. */
export type PemSource =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'variable'; readonly name: string }

/** What a client needs to speak TLS, keys in PEM: handed from process to process on standard input, never written anywhere. */
export interface TlsClientMaterial {
  /** Null = the certificate authorities that the system (Node) trusts. */
  readonly ca: readonly string[] | null
  readonly cert: string | null
  readonly key: string | null
  readonly passphrase: string | null
  readonly serverName: string | null
  readonly minVersion: TlsVersion
  readonly verify: boolean
}

/** What a built-in target needs to speak TLS, in PEM. */
export interface TlsServerMaterial {
  readonly cert: string
  readonly key: string
  /** Whom clients' certificates must come from; null = clients need none. */
  readonly clientCa: string | null
  readonly minVersion: TlsVersion
}
