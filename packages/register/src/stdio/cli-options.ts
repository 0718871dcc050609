import { parseArgs } from "node:util";
import type { RegisterOptions } from "../options.js";

export const usage = `Usage: hub-register [options] -- <command> [args...]
       hub-register [options] --url <url>

Runs a stdio MCP server, serves it over streamable HTTP, and keeps it registered with MCP Hub.
With --url it keeps a server registered that is served already, in whatever language.

  --name <text>           name in the hub (default: the name the server itself gives)
  --title <text>          title for people
  --description <text>    what it is for
  --tag <text>            may be given several times
  --owner <text>          who answers for it
  --port <number>         port to serve on (default: a free one)
  --host <address>        address to serve on (default: 127.0.0.1)
  --path <path>           path of the endpoint (default: /mcp)
  --url <url>             the endpoint of a server that is served already
  --transport <name>      how that speaks: streamable-http or sse (default: streamable-http)
  --hub <url>             hub to register at; may be given several times (default: MCP_HUB_URL,
                          else http://127.0.0.1:8001)
  --service-key <text>    lets further instances join the name (default: MCP_HUB_SERVICE_KEY)
  --advertise-url <url>   where the hub reaches this server (default: MCP_HUB_ADVERTISE_URL)
  --allow-host <name>     further host name that may ask; may be given several times
  --shared                one process for all clients, for a command that holds a lock
  --max-processes <n>     at most so many processes at a time (default: 8)
  --idle-ms <n>           a client that asked nothing for this long loses its process: when it has
                          left, or another client needs the place (default: 600000)
  --keep-running          stay when the parent process ends, as for nohup and "&"
  --help, --version

The token for the hub is read from MCP_HUB_TOKEN. The command sees no setting of the hub but
MCP_HUB_URL.

Each client session gets a process of its own; requests without a session share one, in which
nothing is asked back. With --shared, questions and roots are offered only while one session is
open. A client whose process ends starts another with its next session.
`;

/** A server that is served already. */
export interface UrlOptions {
  readonly url: string;
  readonly keepRunning: boolean;
  readonly register: RegisterOptions;
}

export interface CliOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly keepRunning: boolean;
  /** One process for all clients. */
  readonly isShared: boolean;
  readonly mostProcesses: number;
  /** In milliseconds. */
  readonly idleMs: number;
  readonly register: RegisterOptions;
}

export type CliRequest = CliOptions | UrlOptions | "help" | "version";

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

/** @throws Error with a sentence when the arguments cannot be understood. */
export function parseCli(argv: readonly string[]): CliRequest {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
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
      hub: texts,
      "service-key": text,
      "advertise-url": text,
      "allow-host": texts,
      "keep-running": flag,
      shared: flag,
      "max-processes": text,
      "idle-ms": text,
      help: { ...flag, short: "h" },
      version: { ...flag, short: "v" },
    },
  });
  if (values.help) return "help";
  if (values.version) return "version";
  const [command, ...args] = positionals;
  const { url } = values;
  const given = Object.keys(values);
  if (url !== undefined) {
    if (command !== undefined)
      throw new Error("--url is a server that runs already; leave the command away");
    const useless = given.find((option) => forCommands.has(option));
    if (useless !== undefined)
      throw new Error(`--${useless} is for a command; with --url leave it away`);
  } else if (command === undefined) {
    throw new Error("Expected a command after `--` or a --url, got neither");
  } else if (given.includes("transport")) {
    throw new Error("--transport is for --url; what a command is served as is streamable-http");
  }
  const { name, title, description, owner, host, path } = values;
  const isShared = values.shared ?? false;
  if (isShared && values["max-processes"] !== undefined)
    throw new Error("--shared is one process for all clients; leave --max-processes away");
  const keepRunning = values["keep-running"] ?? false;
  const said = {
    ...{ name, title, description, owner, tags: values.tag },
    hubUrl: values.hub,
    serviceKey: values["service-key"],
    advertiseUrl: values["advertise-url"],
  };
  if (command === undefined) {
    const transport = transportOf(values.transport);
    return { url: url ?? "", keepRunning, register: { ...said, transport } };
  }
  const idleMs = wholeNumber("--idle-ms", values["idle-ms"], 600_000);
  return {
    command,
    args,
    keepRunning,
    isShared,
    mostProcesses: wholeNumber("--max-processes", values["max-processes"], 8),
    idleMs,
    register: {
      ...{ ...said, host, path },
      port: values.port === undefined ? undefined : Number(values.port),
      allowedHosts: values["allow-host"],
      sessionIdleMs: idleMs,
    },
  };
}

/** The options that say how a command is run and served. */
const forCommands: ReadonlySet<string> = new Set(
  "port host path allow-host shared max-processes idle-ms".split(" "),
);

function transportOf(given: string | undefined): RegisterOptions["transport"] {
  if (given === undefined || given === "streamable-http" || given === "sse") return given;
  throw new Error(`Expected --transport to be streamable-http or sse, got "${given}"`);
}

const mostOfANumber = 2 ** 31 - 1;

function wholeNumber(option: string, given: string | undefined, usual: number): number {
  if (given === undefined) return usual;
  const number = /^\d+$/.test(given) ? Number(given) : 0;
  if (number < 1 || number > mostOfANumber)
    throw new Error(
      `Expected ${option} to be a whole number from 1 to ${mostOfANumber}, got "${given}"`,
    );
  return number;
}
