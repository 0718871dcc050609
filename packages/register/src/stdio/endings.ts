const parentCheckMs = 500;

export type End = (exit: () => void) => Promise<void>;

/** Being told twice ends the process at once. */
export function endOnce(leave: () => Promise<void>): End {
  let isEnding = false;
  return async (exit) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    await leave();
    exit();
  };
}

/** Ends by the very signal, as it would without us. */
export function onSignals(end: End): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      void end(() => {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      });
    });
  }
}

/** A parent killed with -9 tells nobody; all that shows is that we got another one. */
export function endWithParent(end: End): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    void end(() => process.exit(0));
  }, parentCheckMs);
  timer.unref();
}
