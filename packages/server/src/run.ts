import { relative } from "node:path";
import { HubError } from "@hub/core";
import { type UnknownSetting, unknownSettingText } from "@hub/core/environment";
import type { WebUi } from "./api/web-ui.js";
import { readArguments, usage } from "./arguments.js";
import { parseConfig } from "./config.js";
import { describeError, faultTeller, type Hub, StartError, startHub } from "./hub.js";
import { createLog, type Log, type LogOptions } from "./log.js";
import { runBackup } from "./run-backup.js";
import { tellEvent } from "./tell.js";
import { takeUncaught } from "./uncaught.js";
import { version } from "./version.js";

const giveUpAfterMs = 10_000;

/** True for a start that failed for a reason the operator can mend; everything else is a bug. */
function isOperatorsToMend(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return (
    error instanceof StartError ||
    HubError.is(error) ||
    code === "EACCES" ||
    code === "EADDRNOTAVAIL" ||
    code === "EADDRINUSE"
  );
}

/** One Ctrl-C may arrive twice: from the terminal and from npm. */
const oneSignalMs = 1_000;

/** Resolves with the first SIGTERM or SIGINT; a later one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first > oneSignalMs) process.exit(1);
        resolve(signal);
      });
    }
  });
}

type RunOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What follows the program on the command line; `--help` says what it may be. */
  readonly args: readonly string[];
  readonly webUi?: WebUi | undefined;
};

/** The command line that runs this program, from the current folder. */
function ownCommand(): string {
  const [, script = ""] = process.argv;
  return `node ${relative(process.cwd(), script)}`;
}

/** What a person should read about a start that failed. */
function reasonOf(error: unknown): string {
  if (!isOperatorsToMend(error)) return `a bug: ${describeError(error)}`;
  const option = HubError.is(error) ? error.details.acceptWith : undefined;
  return option === undefined
    ? error.message
    : `${error.message} The command: ${ownCommand()} ${option}`;
}

function tellUnknown(
  log: Log,
  unknown: readonly UnknownSetting[],
  format: LogOptions["format"],
): void {
  for (const setting of unknown) {
    const text = `! ${unknownSettingText(setting)}`;
    log.warn("unknown-setting", format === "pretty" ? { text } : setting);
  }
}

/**
 * Runs the hub until it is told to stop. Resolves with the exit code: 0 after a graceful stop, `--help` and
 * `--version`, 1 when it could not start or could not stop in 10 s, 2 for an option it does not know.
 */
export async function runHub({ env, args, webUi }: RunOptions): Promise<number> {
  const command = readArguments(args);
  switch (command.kind) {
    case "help":
      process.stdout.write(usage);
      return 0;
    case "version":
      process.stdout.write(`${version}\n`);
      return 0;
    case "wrong":
      for (const problem of command.problems) console.error(problem);
      console.error("What it takes: --help");
      return 2;
    case "backup":
      return await runBackup({ env, to: command.to });
    case "run":
      return await runUntilTold({ env, webUi, acceptDataLoss: command.acceptDataLoss });
  }
}

type RunUntilTold = Pick<RunOptions, "env" | "webUi"> & { readonly acceptDataLoss: boolean };

async function runUntilTold({ env, webUi, acceptDataLoss }: RunUntilTold): Promise<number> {
  const wished =
    env.LOG_FORMAT === "json" || env.LOG_FORMAT === "pretty" ? env.LOG_FORMAT : undefined;
  const format = wished ?? (process.stdout.isTTY ? "pretty" : "json");
  const parsed = parseConfig(env);
  if (!parsed.ok) {
    tellUnknown(createLog({ level: "warn", format }), parsed.unknown, format);
    if (format === "json") {
      createLog({ level: "error", format }).error("start-failed", { problems: parsed.problems });
    } else {
      console.error("MCP Hub cannot start with this environment:");
      for (const problem of parsed.problems) console.error(`  - ${problem}`);
    }
    return 1;
  }
  const { config } = parsed;
  const log = createLog({ level: config.logLevel, format });
  tellUnknown(log, parsed.unknown, format);
  const onCrash = (error: unknown) => log.error("crashed", { error: describeError(error) });
  process.on("uncaughtExceptionMonitor", onCrash);
  const signalled = stopSignal();
  let hub: Hub;
  try {
    hub = await startHub({
      config,
      log,
      webUi,
      acceptDataLoss,
      onEvent: (event) => tellEvent(log, event, format),
    });
  } catch (error) {
    const text = reasonOf(error);
    if (format === "pretty") console.error(`\n  MCP Hub cannot start: ${text}\n`);
    else log.error("start-failed", { error: text });
    return 1;
  }
  // A start that fails has nothing to keep up; a hub that stands has.
  process.off("uncaughtExceptionMonitor", onCrash);
  takeUncaught(process, faultTeller(log, "fault"));
  if (format === "pretty") process.stdout.write(hub.banner);
  else {
    log.info("started", {
      url: hub.url,
      pid: process.pid,
      dataDir: config.dataDir,
      auth: "off, loopback only",
      servers: hub.registry.list().length,
    });
  }

  const signal = await signalled;
  log.info("stopping", { signal });
  const giveUp = setTimeout(() => {
    log.error("stop-took-too-long", { afterMs: giveUpAfterMs });
    process.exit(1);
  }, giveUpAfterMs);
  giveUp.unref();
  await hub.stop();
  log.info("stopped");
  return 0;
}
