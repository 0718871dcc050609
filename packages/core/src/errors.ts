const brand = Symbol.for("hub.HubError");

/** Every failure the hub expects and can explain. The HTTP status of each is in the server's table. */
export const hubErrorCodes = [
  "INVALID_REQUEST",
  "UNSUPPORTED_MEDIA_TYPE",
  "BODY_TOO_LARGE",
  "ENDPOINT_REFUSED",
  "HOST_REFUSED",
  "ORIGIN_REFUSED",
  "PROXY_NOT_TRUSTED",
  "NO_PAGE_HERE",
  "UNAUTHENTICATED",
  "INSUFFICIENT_SCOPE",
  "NOT_OWNER",
  "ADMISSION_REFUSED",
  "ROUTE_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "SERVER_NOT_FOUND",
  "LEASE_UNKNOWN",
  "NAME_TAKEN",
  "REVISION_CONFLICT",
  "TOOLSET_NOT_FOUND",
  "TOOLSET_TAKEN",
  "TOKEN_NOT_FOUND",
  "PRECONDITION_FAILED",
  "TOO_MANY_REQUESTS",
  "TOO_MANY_CONNECTIONS",
  "TOO_MANY_STREAMS",
  "TOO_MANY_SERVERS",
  "REGISTRY_FULL",
  "STORE_UNAVAILABLE",
  "ISSUER_UNAVAILABLE",
  "STARTING",
  "SHUTTING_DOWN",
  "INTERNAL",
] as const;

/** One of them; see the error reference. */
export type HubErrorCode = (typeof hubErrorCodes)[number];

/** One thing that is wrong with a request: where (JSON pointer) and what was expected. */
export type Problem = { readonly pointer: string; readonly detail: string };

export type HubErrorOptions = {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
  /** How long the caller should wait before it tries again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** More facts for the caller, added to the problem document as they are. */
  readonly details?: Readonly<Record<string, unknown>>;
};

/** An error the hub expects and can explain. Anything else is a bug. */
export class HubError extends Error {
  readonly [brand] = true;
  readonly code: HubErrorCode;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: HubErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HubError";
    this.code = code;
    this.problems = options.problems ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details ?? {};
  }

  /** `instanceof` fails when two copies of this package are loaded; the brand does not. */
  static is(value: unknown): value is HubError {
    return typeof value === "object" && value !== null && brand in value;
  }
}
