import type { Writable } from "node:stream";
import { urlFor } from "../advertise.js";
import type { Log } from "../log.js";
import type { RegisteredStatus } from "../membership.js";
import type { RegisterOptions } from "../options.js";
import { register } from "../register.js";
import { registerAnsweredUrl } from "../register-url.js";
import { Relay } from "../relay/relay.js";
import { isLoopback } from "../serve/guard.js";
import { listenOnFirst, portOf, stop } from "../serve/listen.js";
import { countingNode, RunningCalls } from "../serve/running-calls.js";
import { usualPorts } from "../serve/usual-port.js";
import type { ProcessEvent } from "../stdio/command.js";
import type { Watchdog } from "../stdio/watchdog.js";
import { type ProcessOptions, wrapCommand } from "../stdio/wrap-command.js";
import type { Upstream } from "../wrap/upstream.js";
import type { ServerEntry } from "./read-entry.js";

export interface Keeping extends ProcessOptions {
  readonly name: string;
  readonly register: RegisterOptions;
  readonly watchdog: Watchdog;
  readonly log: Log;
  /** Where the output of a command is shown. Default: stderr, with the name before each line. */
  readonly shownOn?: Writable | undefined;
  readonly onProcess?: ((event: ProcessEvent) => void) | undefined;
  /** Called with each answer that a relay gets: `undefined`, or a sentence on what is wrong. */
  readonly onRelayed?: ((trouble: string | undefined) => void) | undefined;
  readonly onHub?: ((status: RegisteredStatus) => void) | undefined;
}

/** A server of a file that is served, where that is needed, and kept registered. */
export interface Kept {
  /** Resolves with the URL that is registered, undefined when it was closed before. Rejects with the reason it cannot be served. */
  readonly ready: Promise<string | undefined>;
  /** The connection of a command whose lists stand for it; `undefined` for a URL. */
  readonly reference?: Upstream | undefined;
  /** Deregisters, stops serving and ends its processes. */
  close(): Promise<void>;
}

/** Serves a command, stands before a URL with secrets, and registers either under its name in the file. */
export function keepEntry(server: ServerEntry, keeping: Keeping): Kept {
  const { name, log, onHub = () => {} } = keeping;
  const said: RegisterOptions = { ...keeping.register, name, log, signals: false };
  if (server.kind === "command") {
    const wrapped = wrapCommand({ ...keeping, ...server, label: name, register: said });
    wrapped.registered.onStatus(onHub);
    return wrapped;
  }
  if (server.isPrivate) return keepRelay(server, said, keeping);
  const registered = register(server.url, atUrl(server.url, server, said));
  registered.onStatus(onHub);
  return {
    ready: registered.ready.then((one) => one.url),
    close: () => registered.close(),
  };
}

/** Each at its own URL, whatever the environment says of the one that this process advertises. */
function atUrl(
  url: string,
  { transport }: ServerEntry & { kind: "url" },
  said: RegisterOptions,
): RegisterOptions {
  return { ...said, transport, advertiseUrl: url };
}

function keepRelay(
  server: ServerEntry & { kind: "url" },
  said: RegisterOptions,
  { name, onHub = () => {}, onRelayed = () => {} }: Keeping,
): Kept {
  const host = said.host ?? "127.0.0.1";
  const isLoopbackOnly = isLoopback(host);
  const relay = new Relay({ ...server, isLoopbackOnly, onOutcome: onRelayed });
  const running = new RunningCalls();
  const usual = usualPorts(name, process.cwd());
  const opening = (async () => {
    const node = countingNode(running, relay.node);
    const listening = await listenOnFirst(node, usual.ports, host);
    const port = portOf(listening);
    const url = urlFor(host, { port, path: "/mcp", address: host, isSecure: false });
    const registered = registerAnsweredUrl(url, atUrl(url, server, said), running);
    registered.onStatus(onHub);
    return { listening, registered };
  })();
  return {
    ready: opening.then(async ({ registered }) => (await registered.ready).url),
    async close() {
      const opened = await opening.catch(() => undefined);
      await opened?.registered.close();
      relay.close();
      if (opened !== undefined) await stop(opened.listening);
      usual.giveBack();
    },
  };
}
