import type { Writable } from "node:stream";
import type { Log } from "../log.js";
import { createMask } from "../mask-secrets.js";
import type { RegisterOptions } from "../options.js";
import { type Registered, registerBackend } from "../register.js";
import type { Backend } from "../wrap/backend.js";
import { sharedProcessCapabilities } from "../wrap/capabilities.js";
import { SharedBackend } from "../wrap/shared-backend.js";
import { Upstream } from "../wrap/upstream.js";
import { Command, type ProcessEvent } from "./command.js";
import { LastLines } from "./last-lines.js";
import { ProcessBackend } from "./process-backend.js";
import { Restarts } from "./restarts.js";
import { ShownOutput } from "./shown-output.js";
import type { Watchdog } from "./watchdog.js";

/** Long enough for a command that first downloads itself. */
const handshakeMs = 120_000;
/** The pipes of a process that ended are read to their end in this time. */
const afterEndMs = 100;

/** How the processes of a command are shared out. */
export interface ProcessOptions {
  /** One process for all clients. */
  readonly isShared: boolean;
  readonly mostProcesses: number;
  /** In milliseconds. */
  readonly idleMs: number;
  /** Whether hubs get the last lines that the processes print, when something is wrong with them. */
  readonly sendsLog: boolean;
}

export interface WrapOptions extends ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Stands before each line of its output. */
  readonly label: string;
  /** Where its output is shown. Default: stderr. */
  readonly shownOn?: Writable | undefined;
  readonly onProcess?: ((event: ProcessEvent) => void) | undefined;
  readonly register: RegisterOptions;
  readonly watchdog: Watchdog;
  readonly log: Log;
  /** What is taken out of the last lines beside the secrets of the environment. Default: nothing. */
  readonly secrets?: readonly string[] | undefined;
}

/** A command that is served and kept registered. */
export interface Wrapped {
  /** Resolves with the URL it is served at, undefined when it was closed before. Rejects with the reason it cannot be, a CommandFailed where the command is it. */
  readonly ready: Promise<string | undefined>;
  readonly registered: Registered;
  /** The connection whose lists stand for the server. */
  readonly reference: Upstream;
  /** Deregisters, stops serving and ends its processes. */
  close(): Promise<void>;
}

/** Runs a stdio MCP server, serves it over HTTP and keeps it registered. */
export function wrapCommand(options: WrapOptions): Wrapped {
  const { log, isShared, sendsLog, env = {}, secrets } = options;
  const lines = new LastLines(createMask({ ...process.env, ...env }, secrets));
  const output = new ShownOutput({
    to: options.shownOn ?? process.stderr,
    prefix: `[${options.label}]`,
    log,
    now: () => performance.now(),
    onLine: sendsLog ? (line) => lines.add(line) : undefined,
  });
  const telling = setInterval(() => output.tell(), 1_000).unref();
  const command = new Command({
    ...options,
    afterEnd: isShared ? "starting it again" : "it is started again when a client needs it",
    output,
    onEnded(how) {
      lines.add(`(the process ended by itself: ${how})`);
      // After what it printed last has been read.
      if (sendsLog) setTimeout(() => registered.sendLog(), afterEndMs).unref();
    },
  });
  const { backend, stopIdling } = isShared
    ? { backend: oneForAll(command, log), stopIdling: () => {} }
    : oneForEach(command, options);
  const lastLines = sendsLog ? () => lines.list() : undefined;
  const registered = registerBackend(backend, {
    ...options.register,
    log,
    signals: false,
    lastLines,
  });
  return {
    ready: readyUrl(registered, command),
    registered,
    reference: backend.reference,
    async close() {
      clearInterval(telling);
      stopIdling();
      // First out of the catalogue, with what runs finished, then the server, however slow either is.
      await registered.leave();
      command.expectEnd();
      await registered.close();
      await command.stop();
      output.close();
    },
  };
}

async function readyUrl({ ready }: Registered, command: Command): Promise<string | undefined> {
  try {
    return (await ready).url;
  } catch (error) {
    throw command.failure ?? error;
  }
}

function oneForAll(command: Command, log: Log): Backend {
  const restarts = new Restarts(() => command.start());
  return new SharedBackend(
    new Upstream({
      open: async () => (await restarts.start()).link,
      clientCapabilities: sharedProcessCapabilities,
      handshakeMs,
      untied: "the only client",
      isSupervised: true,
      log,
    }),
    true,
  );
}

function oneForEach(command: Command, { mostProcesses, idleMs, log }: WrapOptions) {
  const backend = new ProcessBackend({
    start: () => command.start(),
    mostProcesses,
    idleMs,
    handshakeMs,
    log,
    now: () => performance.now(),
  });
  const idling = setInterval(() => void backend.endIdle(), Math.min(idleMs, 60_000) / 2).unref();
  return { backend, stopIdling: () => clearInterval(idling) };
}
