import type { exitCodes } from "./exit-codes.js";

/** In which way a command failed; each has its exit code. */
export type FailureKind = Exclude<keyof typeof exitCodes, "ok" | "interrupted">;

/** For programs that read the errors of `--json`, where a command gives no code of its own. */
const usualCodes: Readonly<Record<FailureKind, string>> = {
  failed: "FAILED",
  usage: "WRONG_USAGE",
  notFound: "NOT_FOUND",
  refused: "REFUSED",
  unreachable: "UNREACHABLE",
};

/** A failure that a command expects and can explain. Anything else that it throws is a bug. */
export class CommandError extends Error {
  readonly kind: FailureKind;
  /** As `SERVER_NOT_FOUND`. */
  readonly code: string;

  /** `message`: what was expected, what came, what to do. It never holds a secret. */
  constructor(
    kind: FailureKind,
    message: string,
    options: { readonly code?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CommandError";
    this.kind = kind;
    this.code = options.code ?? usualCodes[kind];
  }
}
