/** How far an outgoing connection comes, in this order. */
export type DialStep = "resolve" | "connect" | "tls" | "http";

/** Codes of the dialer itself; all others are those of Node, OpenSSL or undici. */
export type OwnDialCode =
  | "ADDRESS_DENIED"
  | "HUB_ITSELF"
  | "TIMEOUT"
  | "ABORTED"
  | "TOO_LARGE"
  | "UNDECODABLE";

/** A request that did not get through, with the step it failed in. Holds no text of the answer. */
export class DialError extends Error {
  readonly step: DialStep;
  /** A code of the dialer, or of Node: ECONNREFUSED, CERT_HAS_EXPIRED, ... */
  readonly code: OwnDialCode | (string & {});
  /** The address that was dialled or refused, when it is known. */
  readonly address: string | undefined;
  /** For ADDRESS_DENIED: what would allow it. */
  readonly fix: string | undefined;

  constructor(
    step: DialStep,
    code: OwnDialCode | (string & {}),
    message: string,
    options: { readonly cause?: unknown; readonly address?: string; readonly fix?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DialError";
    this.step = step;
    this.code = code;
    this.address = options.address;
    this.fix = options.fix;
  }
}

/** The code of an error of Node, OpenSSL or undici. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "UNKNOWN";
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "string" && code !== "") return code.slice(0, 80);
  if ("cause" in error && error.cause !== undefined) return codeOf(error.cause);
  return "UNKNOWN";
}

/** The end of a time limit, as the reason of an abort. */
export class TimeLimit extends Error {
  constructor(readonly limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = "TimeLimit";
  }
}
