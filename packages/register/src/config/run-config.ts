import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Log, logToStderr } from "../log.js";
import { loggedUrl } from "../logged-url.js";
import { register } from "../register.js";
import type { ConfigOptions } from "../stdio/cli-options.js";
import { endOnce, endWithParent, onSignals } from "../stdio/endings.js";
import { Watchdog } from "../stdio/watchdog.js";
import { type Wrapped, wrapCommand } from "../stdio/wrap-command.js";
import { type Config, readConfig } from "./read-config.js";
import type { ServerEntry } from "./read-entry.js";

/**
 * Serves and registers every server of a file, each under its name there, in this process. One that cannot
 * be is told of and left out; without any the process ends with code 1, and with 2 when the file is none.
 */
export function runConfig(options: ConfigOptions): void {
  const { entries } = readFile(options.file);
  // Each command listens to what stderr takes.
  process.stderr.setMaxListeners(0);
  const watchdog = new Watchdog();
  const kept = new Map<string, Wrapped>();
  const end = endOnce(async () => {
    await Promise.all([...kept.values()].map((one) => one.close()));
    watchdog.close();
  });
  onSignals(end);
  if (!options.keepRunning) endWithParent(end);
  const leaveOut = (name: string, reason: unknown) => {
    const message = `${JSON.stringify(name)} is left out: ${reason instanceof Error ? reason.message : reason}`;
    logToStderr({ level: "error", message });
    kept.delete(name);
    if (kept.size > 0 || isReading) return;
    logToStderr({ level: "error", message: `no server of ${options.file} is left` });
    void end(() => process.exit(1));
  };

  let isReading = true;
  for (const { name, read } of entries) {
    const log = named(name);
    if (read.kind === "wrong") leaveOut(name, read.reason);
    else if (read.kind === "disabled")
      log({ level: "info", message: "it is disabled in the file" });
    else {
      for (const message of read.notes) log({ level: "warn", message });
      kept.set(name, keep(name, read.server, { options, watchdog, log }));
    }
  }
  isReading = false;
  for (const [name, one] of kept)
    one.ready.then(
      (url) => {
        if (url === undefined) return;
        named(name)({ level: "info", message: `serving at ${loggedUrl(url)}` });
      },
      async (error: unknown) => {
        await one.close();
        leaveOut(name, error);
      },
    );
  if (kept.size === 0) {
    logToStderr({ level: "error", message: `no server of ${options.file} can be registered` });
    void end(() => process.exit(1));
  }
}

function readFile(file: string): Config {
  try {
    const folder = dirname(resolve(file));
    return readConfig(readFileSync(file, "utf8"), { folder, environment: process.env });
  } catch (error) {
    // Of the file system, or of the reader, which say what it is.
    process.stderr.write(`hub-register: ${file}: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** Says which server a line is about. */
function named(name: string): Log {
  return ({ level, message }) =>
    logToStderr({ level, message: `${JSON.stringify(name)}: ${message}` });
}

interface Keeping {
  readonly options: ConfigOptions;
  readonly watchdog: Watchdog;
  readonly log: Log;
}

function keep(name: string, server: ServerEntry, { options, watchdog, log }: Keeping): Wrapped {
  const said = { ...options.register, name, log };
  if (server.kind === "command")
    return wrapCommand({ ...options, ...server, label: name, register: said, watchdog, log });
  const { url, transport } = server;
  const registered = register(url, { ...said, transport, signals: false });
  return {
    ready: registered.ready.then((one) => one.url),
    close: () => registered.close(),
  };
}
