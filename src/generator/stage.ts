/** Work of the client's own that a message needs before it can be sent, done beside the exchanges. Messages are wanted in their order. */
export interface ClientStage {
  /** Begins to work ahead; `onReady` is called whenever another message became ready. */
  begin(onReady: () => void): void
  /** Whether message `index`, the next one wanted, can be sent. */
  isReady(index: number): boolean
  /** Message `index` has its outcome: nothing more will come of it. */
  settled(index: number): void
}
