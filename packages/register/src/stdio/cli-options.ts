import { parseArgs } from "node:util";
import { nearestName } from "@hub/core/environment";
import type { RegisterOptions } from "../options.js";
import type { ProcessOptions } from "./wrap-command.js";

interface KeptOptions {
  /** Keep running when the parent process ends. */
  readonly keepRunning: boolean;
  readonly register: RegisterOptions;
}

/** A server that already runs. */
export interface UrlOptions extends KeptOptions {
  readonly url: string;
}

export interface CliOptions extends KeptOptions, ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
}

/** All servers of a file; `register` is for each of them. */
export interface ConfigOptions extends KeptOptions, ProcessOptions {
  readonly file: string;
}

export type CliRequest = CliOptions | UrlOptions | ConfigOptions | "help" | "version";

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

const options = {
  name: text,
  title: text,
  description: text,
  tag: texts,
  owner: text,
  port: text,
  host: text,
  path: text,
  url: text,
  transport: text,
  config: text,
  hub: texts,
  "service-key": text,
  "advertise-url": text,
  "allow-host": texts,
  "keep-running": flag,
  shared: flag,
  "max-processes": text,
  "idle-ms": text,
  "drain-ms": text,
  "no-log": flag,
  help: { ...flag, short: "h" },
  version: { ...flag, short: "v" },
} as const;

/** The options that say how a command is run and served. */
const forCommands = "port host path allow-host shared max-processes idle-ms drain-ms no-log".split(
  " ",
);
/** The options that are about one server. */
const forOne = "name title description port path transport advertise-url".split(" ");

/** @throws Error with a sentence, without a full stop, when the arguments cannot be understood. */
export function parseCli(argv: readonly string[]): CliRequest {
  refuseUnknown(argv);
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (values.help) return "help";
  if (values.version) return "version";
  const [command, ...args] = positionals;
  const { url, config } = values;
  checkTogether(Object.keys(values), command);
  const { name, title, description, owner, host, path } = values;
  const isShared = values.shared ?? false;
  if (isShared && values["max-processes"] !== undefined)
    throw new Error("--shared is one process for all clients; omit --max-processes");
  const keepRunning = values["keep-running"] ?? false;
  const said = {
    ...{ name, title, description, owner, tags: values.tag },
    hubUrl: values.hub,
    serviceKey: values["service-key"],
    advertiseUrl: values["advertise-url"],
  };
  if (url !== undefined)
    return { url, keepRunning, register: { ...said, transport: transportOf(values.transport) } };
  const idleMs = wholeNumber("--idle-ms", values["idle-ms"], 600_000);
  const processes = {
    isShared,
    mostProcesses: wholeNumber("--max-processes", values["max-processes"], 8),
    idleMs,
    sendsLog: values["no-log"] !== true,
  };
  const register = {
    ...{ ...said, host, path },
    port: values.port === undefined ? undefined : Number(values.port),
    allowedHosts: values["allow-host"],
    sessionIdleMs: idleMs,
    drainMs: wholeNumber("--drain-ms", values["drain-ms"], undefined),
  };
  if (config !== undefined) return { file: config, keepRunning, ...processes, register };
  return { command: command ?? "", args, keepRunning, ...processes, register };
}

function refuseUnknown(argv: readonly string[]): void {
  const { tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options,
  });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const nearest = nearestName(
      token.rawName,
      Object.keys(options).map((name) => `--${name}`),
    );
    const advice = nearest === undefined ? "" : `. The nearest one is ${nearest}`;
    throw new Error(`${JSON.stringify(token.rawName)} is not an option${advice}`);
  }
}

/** What is registered: a command, a URL or the servers of a file, and what each of them takes. */
function checkTogether(given: readonly string[], command: string | undefined): void {
  const others = ["url", "config"].filter((name) => given.includes(name));
  const [other] = others;
  if (other === undefined && command === undefined)
    throw new Error("Expected a command after `--`, a --url or a --config, got none of them");
  if (others.length > 1) throw new Error("Give either --url or --config, not both");
  if (other !== undefined && command !== undefined)
    throw new Error(`--${other} says what to register; omit the command`);
  if (other === undefined && given.includes("transport"))
    throw new Error("--transport is for --url; what a command is served as is streamable-http");
  const useless = other === "url" ? forCommands : other === "config" ? forOne : [];
  const found = given.find((name) => useless.includes(name));
  if (found === undefined) return;
  throw new Error(
    other === "url"
      ? `--${found} is for a command; omit it with --url`
      : `--${found} is for one server; omit it with --config`,
  );
}

function transportOf(given: string | undefined): RegisterOptions["transport"] {
  if (given === undefined || given === "streamable-http" || given === "sse") return given;
  throw new Error(`Expected --transport to be streamable-http or sse, got "${given}"`);
}

const mostOfANumber = 2 ** 31 - 1;

function wholeNumber<T>(option: string, given: string | undefined, usual: T): number | T {
  if (given === undefined) return usual;
  const number = /^\d+$/.test(given) ? Number(given) : 0;
  if (number < 1 || number > mostOfANumber)
    throw new Error(
      `Expected ${option} to be a whole number from 1 to ${mostOfANumber}, got "${given}"`,
    );
  return number;
}
