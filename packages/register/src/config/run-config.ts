import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, readConfig } from "@hub/api/client-files";
import { type Log, logToStderr } from "../log.js";
import { loggedUrl } from "../logged-url.js";
import type { ConfigOptions } from "../stdio/cli-options.js";
import { endOnce, endWithParent, onSignals } from "../stdio/endings.js";
import { Watchdog } from "../stdio/watchdog.js";
import { fillInEntry } from "./fill-in-entry.js";
import { type Kept, keepEntry } from "./keep-entry.js";

/**
 * Serves and registers every server of a file, each under its name there, in this process. One that cannot
 * be is told of and left out; without any the process ends with code 1, and with 2 when the file is none.
 */
export function runConfig(options: ConfigOptions): void {
  const file = resolve(options.file);
  const { entries } = readFile(file, options.file);
  // Each command listens to what stderr takes.
  process.stderr.setMaxListeners(0);
  const watchdog = new Watchdog();
  const kept = new Map<string, Kept>();
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
  for (const entry of entries) {
    const { name, read } = entry;
    const log = named(name);
    const filled = fillInEntry(entry, file, { environment: process.env });
    if (filled.kind === "wrong") leaveOut(name, filled.reason);
    else if (filled.kind === "disabled")
      log({ level: "info", message: "it is disabled in the file" });
    else {
      const notes = read.kind === "server" ? read.notes : [];
      for (const message of notes) log({ level: "warn", message });
      kept.set(name, keepEntry(filled.server, { ...options, name, watchdog, log }));
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

function readFile(file: string, given: string): Config {
  try {
    const config = readConfig(readFileSync(file, "utf8"), file, process.cwd());
    if (config.entries.length > 0) return config;
    throw new Error("It names no server");
  } catch (error) {
    // Of the file system, or of the reader, which say what it is.
    process.stderr.write(`hub-register: ${given}: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** Says which server a line is about. */
function named(name: string): Log {
  return ({ level, message }) =>
    logToStderr({ level, message: `${JSON.stringify(name)}: ${message}` });
}
