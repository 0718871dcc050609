import { createRequire } from "node:module";
import { basename } from "node:path";
import { logToStderr } from "./log.js";
import { checkOptions } from "./options.js";
import { registerBackend } from "./register.js";
import { type CliOptions, type CliRequest, parseCli, usage } from "./stdio/cli-options.js";
import { CommandFailed, Supervisor } from "./stdio/supervisor.js";
import { sharedClientCapabilities } from "./wrap/capabilities.js";
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
  } else {
    run(request);
  }
}

function readArguments(): CliRequest {
  try {
    const request = parseCli(process.argv.slice(2));
    if (typeof request === "object") checkOptions(request.register);
    return request;
  } catch (error) {
    process.stderr.write(`hub-register: ${(error as Error).message}\n\n${usage}`); // both throw Errors
    process.exit(2);
  }
}

function run({ command, args, keepRunning, register }: CliOptions): void {
  const prefix = `[${basename(command)}]`;
  const supervisor = new Supervisor({
    command,
    args,
    log: logToStderr,
    onOutput: (line) => void process.stderr.write(`${prefix} ${line}\n`),
  });
  const upstream = new Upstream({
    open: () => supervisor.open(),
    clientCapabilities: sharedClientCapabilities,
    handshakeMs,
    isSupervised: true,
  });
  const registered = registerBackend(new SharedBackend(upstream), { ...register, signals: false });

  let isEnding = false;
  const end = async (exit: () => void) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    supervisor.expectEnd();
    // First out of the catalogue, then the server, however slow either is.
    await registered.close();
    await supervisor.stop();
    exit();
  };

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => {
      void end(() => {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      });
    });
  }
  if (!keepRunning) endWithParent(() => void end(() => process.exit(0)));

  registered.ready.then(
    () => logToStderr({ level: "info", message: `serving ${command} at ${registered.url}` }),
    (caught: unknown) => {
      const error = supervisor.failure ?? caught;
      const message = error instanceof Error ? error.message : String(error);
      logToStderr({ level: "error", message });
      const code = error instanceof CommandFailed ? error.exitCode : 1;
      void end(() => process.exit(code));
    },
  );
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
