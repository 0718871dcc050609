const brand = Symbol.for("hub.HubClientError");

/** What went wrong in a call to the hub. */
export interface HubFailure {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  /**
   * The hub's own problem code such as `NAME_TAKEN`, or one of ours: `UNREACHABLE` (no answer),
   * `TIMEOUT`, `NO_TOKEN` (it cannot be read), `NOT_A_HUB` (something else answers there), `HTTP_ERROR` (an
   * answer without a code).
   */
  readonly code: string;
  /** A sentence for a person. */
  readonly detail: string;
  /** How long the hub asks us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The problem document as it came, for the fields that only some codes have. */
  readonly problem?: Readonly<Record<string, unknown>> | undefined;
}

/** The only error a `HubClient` call rejects with. */
export class HubClientError extends Error implements HubFailure {
  readonly [brand] = true;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(failure: HubFailure, options?: { cause?: unknown }) {
    super(failure.detail, options);
    this.name = "HubClientError";
    this.status = failure.status;
    this.code = failure.code;
    this.detail = failure.detail;
    this.retryAfterMs = failure.retryAfterMs;
    this.problem = failure.problem ?? {};
  }

  /** `instanceof` fails when two copies of this package are loaded; the brand does not. */
  static is(value: unknown): value is HubClientError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
