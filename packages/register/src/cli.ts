import { createRequire } from "node:module";
import { basename } from "node:path";
import { runConfig } from "./config/run-config.js";
import { logToStderr } from "./log.js";
import { loggedUrl } from "./logged-url.js";
import { checkOptions } from "./options.js";
import { register } from "./register.js";
import {
  type CliOptions,
  type CliRequest,
  parseCli,
  type UrlOptions,
} from "./stdio/cli-options.js";
import { usage } from "./stdio/cli-usage.js";
import { CommandFailed } from "./stdio/command.js";
import { endOnce, endWithParent, onSignals } from "./stdio/endings.js";
import { Watchdog } from "./stdio/watchdog.js";
import { wrapCommand } from "./stdio/wrap-command.js";
import { classifyTarget } from "./target.js";

function main(): void {
  const request = readArguments();
  if (request === "help") {
    process.stdout.write(usage);
  } else if (request === "version") {
    const { version } = createRequire(import.meta.url)("../package.json") as { version: string }; // ours
    process.stdout.write(`${version}\n`);
  } else if ("file" in request) {
    runConfig(request);
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
  if (!keepRunning) endWithParent(end);
}

function readArguments(): CliRequest {
  try {
    const request = parseCli(process.argv.slice(2));
    if (typeof request === "object") checkOptions(request.register);
    if (typeof request === "object" && "url" in request) classifyTarget(request.url);
    return request;
  } catch (error) {
    // All of these throw Errors.
    process.stderr.write(
      `hub-register: ${(error as Error).message}. What it takes: hub-register --help\n`,
    );
    process.exit(2);
  }
}

function run(options: CliOptions): void {
  const watchdog = new Watchdog();
  const label = basename(options.command);
  const wrapped = wrapCommand({ ...options, label, watchdog, log: logToStderr });
  const end = endOnce(async () => {
    await wrapped.close();
    watchdog.close();
  });
  onSignals(end);
  if (!options.keepRunning) endWithParent(end);

  wrapped.ready.then(
    (url) => {
      if (url === undefined) return;
      const { name } = options.register;
      const served = name === undefined ? options.command : JSON.stringify(name);
      const message = `serving ${served} at ${loggedUrl(url)}`;
      logToStderr({ level: "info", message });
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      logToStderr({ level: "error", message });
      const code = error instanceof CommandFailed ? error.exitCode : 1;
      void end(() => process.exit(code));
    },
  );
}

main();
