/** The times of the gateway, in milliseconds. How much it allows is in the table of budgets. */
export type GatewayLimits = {
  /**
   * How long a server may be silent in a call, from when it was sent, and one event of a server take to
   * arrive; messages start it anew. A call waits as long for a place.
   */
  readonly callTimeoutMs: number;
  /** How long a call may take in all. */
  readonly callCapMs: number;
  /** How long opening a session with a server may take. */
  readonly handshakeMs: number;
  /** How long an instance that has shown no life is not tried, unless a probe finds it alive. */
  readonly circuitMs: number;
  /**
   * A session that nobody used for this long, and that has no stream open, ends; at several hubs, which must agree on
   * that, up to a half later.
   */
  readonly sessionIdleMs: number;
  /** How long a call is held while a modern client answers a question of its server. */
  readonly holdMs: number;
  /** How long a call that was not sent waits for its server to come back; 0: not at all. */
  readonly restartMs: number;
  /** How long a client's requests at one server's endpoint wait for the stream that it asked for before them. */
  readonly openingStreamMs: number;
  /** How long a server that was lost stays in the lists. */
  readonly graceMs: number;
  /** How long changes are gathered before clients are told. */
  readonly debounceMs: number;
  /** Streams that are open towards clients get a comment this often, so that nobody gives them up. */
  readonly keepAliveMs: number;
};

export const defaultLimits: GatewayLimits = {
  callTimeoutMs: 60_000,
  callCapMs: 15 * 60_000,
  handshakeMs: 10_000,
  circuitMs: 10_000,
  sessionIdleMs: 30 * 60_000,
  holdMs: 5 * 60_000,
  restartMs: 10_000,
  openingStreamMs: 250,
  graceMs: 5_000,
  debounceMs: 100,
  keepAliveMs: 25_000,
};
