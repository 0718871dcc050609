import { exitCodes } from "./command-line/exit-codes.js";

/** One Ctrl-C may arrive twice: from the terminal and from npm. */
const oneSignalMs = 1_000;

/**
 * Aborted, with its name as the reason, by the first SIGINT or SIGTERM. A later one ends the process at
 * once.
 */
export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > oneSignalMs) process.exit(exitCodes.interrupted);
      controller.abort(signal);
    });
  }
  return controller.signal;
}

/** A reader that has read enough, as `head` does, is no error: the process ends, and says nothing. */
export function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
}
