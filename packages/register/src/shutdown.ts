/** How long leaving the hub may hold up the end of the process, in milliseconds. */
export const leaveBudgetMs = 2_000;

interface Shutdown {
  readonly leavers: Set<() => Promise<void>>;
  readonly listeners: Map<NodeJS.Signals, () => void>;
}

/** One per process, even when two copies of this package are loaded: each would wait for the other. */
const key = Symbol.for("hub.register.shutdown");
const shared = globalThis as { [key]?: Shutdown };

/**
 * Runs `leave` when the process is asked to end. Where nobody else handles the signal, the process
 * then ends by that signal as it would have without us; otherwise ending is left to the others.
 * Returns the way out.
 */
export function leaveOnSignal(leave: () => Promise<void>): () => void {
  const shutdown = installed();
  shutdown.leavers.add(leave);
  return () => {
    shutdown.leavers.delete(leave);
    if (shutdown.leavers.size === 0) uninstall(shutdown);
  };
}

function installed(): Shutdown {
  shared[key] ??= { leavers: new Set(), listeners: new Map() };
  const shutdown = shared[key];
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    if (shutdown.listeners.has(signal)) continue;
    const listener = () => void onSignal(signal, shutdown);
    shutdown.listeners.set(signal, listener);
    process.on(signal, listener);
  }
  return shutdown;
}

function uninstall({ listeners }: Shutdown): void {
  for (const [signal, listener] of listeners) process.off(signal, listener);
  listeners.clear();
}

async function onSignal(signal: NodeJS.Signals, shutdown: Shutdown): Promise<void> {
  const { leavers } = shutdown;
  const isOurs = !othersHandle(signal);
  const leaving = Promise.all([...leavers].map((leave) => leave().catch(() => {})));
  leavers.clear();
  // From here on a second Ctrl-C ends the process at once.
  uninstall(shutdown);
  await leaving;
  if (isOurs) process.kill(process.pid, signal);
}

/**
 * Listeners of the `signal-exit` package, which many libraries load, only clean up: they end the
 * process only if there is nobody else, so counting them would leave it running for ever.
 */
function othersHandle(signal: NodeJS.Signals): boolean {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for("signal-exit emitter")],
    // Its older versions put it where the types of Node know nothing of it.
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  const cleaners = new Set(emitters.filter((emitter) => emitter !== undefined));
  return process.listenerCount(signal) - 1 - cleaners.size > 0;
}
