import { createRequire } from "node:module";
import { basename } from "node:path";
import { logToStderr } from "./log.js";
import { checkOptions } from "./options.js";
import { register, registerBackend } from "./register.js";
import {
  type CliOptions,
  type CliRequest,
  parseCli,
  type UrlOptions,
  usage,
} from "./stdio/cli-options.js";
import { Command, CommandFailed } from "./stdio/command.js";
import { ProcessBackend } from "./stdio/process-backend.js";
import { Restarts } from "./stdio/restarts.js";
import { ShownOutput } from "./stdio/shown-output.js";
import { classifyTarget } from "./target.js";
import type { Backend } from "./wrap/backend.js";
import { sharedProcessCapabilities } from "./wrap/capabilities.js";
import { SharedBackend } from "./wrap/shared-backend.js";
import { Upstream } from "./wrap/upstream.js";

/** Long enough for a command that first downloads itself. */
const handshakeMs = 120_000;
const parentCheckMs = 500;

function main(): void {
  const request = readArguments();
  if (request === "help") {
    process.stdout.write(usage);
  } else if (request === "version") {
    const { version } = createRequire(import.meta.url)("../package.json") as { version: string }; // ours
    process.stdout.write(`${version}\n`);
  } else if ("url" in request) {
    keepUrl(request);
  } else {
    run(request);
  }
}

/** A server that is served already: nothing is run, and leaving the hub is all there is to do at the end. */
function keepUrl({ url, keepRunning, register: options }: UrlOptions): void {
  const registered = register(url, { ...options, signals: false });
  const end = endOnce(() => registered.close());
  onSignals(end);
  if (!keepRunning) endWithParent(() => void end(() => process.exit(0)));
}

function readArguments(): CliRequest {
  try {
    const request = parseCli(process.argv.slice(2));
    if (typeof request === "object") checkOptions(request.register);
    if (typeof request === "object" && "url" in request) classifyTarget(request.url);
    return request;
  } catch (error) {
    process.stderr.write(`hub-register: ${(error as Error).message}\n\n${usage}`); // both throw Errors
    process.exit(2);
  }
}

function run(options: CliOptions): void {
  const { args, keepRunning, isShared } = options;
  const output = new ShownOutput({
    to: process.stderr,
    prefix: `[${basename(options.command)}]`,
    log: logToStderr,
    now: () => performance.now(),
  });
  setInterval(() => output.tell(), 1_000).unref();
  const command = new Command({
    command: options.command,
    args,
    log: logToStderr,
    afterEnd: isShared ? "starting it again" : "it is started again when a client needs it",
    output,
  });
  const backend = isShared ? oneForAll(command) : oneForEach(command, options);
  const registered = registerBackend(backend, { ...options.register, signals: false });

  const end = endOnce(async () => {
    command.expectEnd();
    // First out of the catalogue, then the server, however slow either is.
    await registered.close();
    await command.stop();
  });
  onSignals(end);
  if (!keepRunning) endWithParent(() => void end(() => process.exit(0)));

  registered.ready.then(
    () =>
      logToStderr({ level: "info", message: `serving ${options.command} at ${registered.url}` }),
    (caught: unknown) => {
      const error = command.failure ?? caught;
      const message = error instanceof Error ? error.message : String(error);
      logToStderr({ level: "error", message });
      const code = error instanceof CommandFailed ? error.exitCode : 1;
      void end(() => process.exit(code));
    },
  );
}

type End = (exit: () => void) => Promise<void>;

/** Being told twice ends the process at once. */
function endOnce(leave: () => Promise<void>): End {
  let isEnding = false;
  return async (exit) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    await leave();
    exit();
  };
}

/** Ends by the very signal, as it would without us. */
function onSignals(end: End): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      void end(() => {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      });
    });
  }
}

function oneForAll(command: Command): Backend {
  const restarts = new Restarts(() => command.start());
  return new SharedBackend(
    new Upstream({
      open: async () => (await restarts.start()).link,
      clientCapabilities: sharedProcessCapabilities,
      handshakeMs,
      untied: "the only client",
      isSupervised: true,
      log: logToStderr,
    }),
    true,
  );
}

function oneForEach(command: Command, { mostProcesses, idleMs }: CliOptions): Backend {
  const backend = new ProcessBackend({
    start: () => command.start(),
    mostProcesses,
    idleMs,
    handshakeMs,
    log: logToStderr,
    now: () => performance.now(),
  });
  setInterval(() => void backend.endIdle(), Math.min(idleMs, 60_000) / 2).unref();
  return backend;
}

/** A parent killed with -9 tells nobody; all that shows is that we got another one. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, parentCheckMs);
  timer.unref();
}

main();
