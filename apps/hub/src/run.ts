import { relative } from "node:path";
import { HubError } from "@hub/core";
import { givenVariables, type UnknownSetting, unknownSettingText } from "@hub/core/environment";
import {
  createLog,
  describeError,
  type Hub,
  type Log,
  type LogOptions,
  openTraces,
  StartError,
  startHub,
  version,
  type WebUi,
} from "@hub/server";
import { banner } from "./banner.js";
import { openStore, storeText } from "./choose-store.js";
import { type ExitCode, exitCodes } from "./command-line/exit-codes.js";
import { asTyped } from "./command-line/own-name.js";
import { parseConfig } from "./config.js";
import { logEvent } from "./event-log.js";
import { assertPortFree } from "./port-holder.js";
import { takeUncaught } from "./uncaught.js";

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

type RunOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly acceptDataLoss: boolean;
  readonly webUi?: WebUi | undefined;
  /** Aborted when the hub is to stop, with the name of the signal as its reason. */
  readonly stopped: AbortSignal;
  /** Called after it was told to stop, when something would keep the process. Default code: that of the process. */
  readonly endProcess: (code?: ExitCode) => void;
  /** Called with its URL once it answers. */
  readonly onStarted?: ((url: string) => void) | undefined;
  /** Hears how many bytes of servers' answers came, with every piece. Default: nobody. */
  readonly onReceived?: ((length: number) => void) | undefined;
};

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

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
 * Runs the hub until it is told to stop. Resolves with true after a graceful stop and with false when it could
 * not start, having said why. When it cannot stop in 10 s, `endProcess` is called with 1.
 */
export async function runHub({
  env,
  acceptDataLoss,
  webUi,
  stopped,
  endProcess,
  onStarted,
  onReceived,
}: RunOptions): Promise<boolean> {
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
    return false;
  }
  const { config } = parsed;
  const log = createLog({ level: config.logLevel, format });
  tellUnknown(log, parsed.unknown, format);
  const onCrash = (error: unknown) => log.error("crashed", { error: describeError(error) });
  process.on("uncaughtExceptionMonitor", onCrash);
  const begin = performance.now();
  // The packages read the variables of the process, which these are.
  const traces = await openTraces(log, env);
  let hub: Hub;
  try {
    await assertPortFree(config.host, config.port);
    hub = await startHub({
      config,
      store: (context) => openStore(config, { ...context, acceptDataLoss }),
      log,
      webUi,
      onReceived,
      traces,
      settingSources: {
        variables: new Map(givenVariables(env)),
        logLevel: config.logLevel,
        logFormat: format,
      },
      onEvent: (event) => logEvent(log, event, format),
    });
  } catch (error) {
    const text = asTyped(reasonOf(error), process.env);
    if (format === "pretty") console.error(`\n  MCP Hub cannot start: ${text}\n`);
    else log.error("start-failed", { error: text });
    return false;
  }
  // A start that fails has nothing to keep up; a hub that stands has.
  process.off("uncaughtExceptionMonitor", onCrash);
  takeUncaught(process, log);
  const servers = hub.registry.list().length;
  if (format === "pretty") {
    const text = banner({
      version,
      url: config.publicUrl ?? hub.url,
      store: storeText(config),
      servers,
      readyInMs: performance.now() - begin,
      isOpen: hub.isOpen,
      hasWebUi: webUi !== undefined,
    });
    process.stdout.write(asTyped(text, process.env));
  } else {
    log.info("started", {
      url: hub.url,
      pid: process.pid,
      dataDir: config.dataDir,
      auth: hub.isOpen ? "off, loopback only" : "on",
      servers,
    });
  }

  onStarted?.(hub.url);
  await untilAborted(stopped);
  log.info("stopping", { signal: stopped.reason });
  const giveUp = setTimeout(() => {
    log.error("stop-took-too-long", { afterMs: giveUpAfterMs });
    endProcess(exitCodes.failed);
  }, giveUpAfterMs);
  giveUp.unref();
  await hub.stop();
  // All is written; how long the last traces may take is bounded where they are sent.
  clearTimeout(giveUp);
  if ((await traces?.stop()) === false) {
    log.warn("traces-lost", { reason: "The collector did not take the last ones in time." });
    // What still tries to send them would keep the process.
    setTimeout(() => endProcess(), 100).unref();
  }
  log.info("stopped");
  return true;
}
