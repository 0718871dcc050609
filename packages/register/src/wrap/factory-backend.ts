import type { ClientCapabilities } from "@hub/mcp";
import type { McpServer, Server } from "@modelcontextprotocol/server";
import type { Log } from "../log.js";
import type { Backend } from "./backend.js";
import { sharedClientCapabilities } from "./capabilities.js";
import type { ServerDescription } from "./handshake.js";
import { openInMemoryLink, type ServerTransport } from "./in-memory-link.js";
import type { OpenedSession } from "./legacy-sessions.js";
import { ModernBridge } from "./modern-bridge.js";
import { type Sdk, sdkOfProgram } from "./sdk.js";
import { Upstream } from "./upstream.js";

/** Any SDK's server, seen from outside: something that talks over a transport. */
export interface Connectable {
  connect(transport: ServerTransport): Promise<unknown>;
}

export interface FactoryBackendOptions {
  create(): Connectable | Promise<Connectable>;
  /** Stateless calls share one server. For frameworks where a connection is costly to open. Default false. */
  readonly sharesStatelessCalls?: boolean;
  readonly log?: Log | undefined;
}

/** In memory, anything slower than this is a server that never answers. */
const handshakeMs = 10_000;

/** A fresh server for each session, and for each stateless request. */
export class FactoryBackend implements Backend {
  readonly announcesToSessions = true;
  readonly keepsWrittenNumbers = false;
  readonly reference: Upstream;
  readonly #options: FactoryBackendOptions;
  readonly #bridge: ModernBridge;
  #sdk: Promise<Sdk> | undefined;

  constructor(options: FactoryBackendOptions) {
    this.#options = options;
    this.reference = this.#createUpstream(sharedClientCapabilities, "nobody");
    this.#bridge = new ModernBridge({
      reference: this.reference,
      sdk: () => this.sdk(),
      borrow: async (client) => {
        if (options.sharesStatelessCalls) return { upstream: this.reference, release() {} };
        const upstream = this.#createUpstream(client, "the only client");
        return { upstream, release: () => void upstream.close() };
      },
    });
  }

  sdk(): Promise<Sdk> {
    this.#sdk ??= sdkOfProgram();
    return this.#sdk;
  }

  async attach({ transport }: OpenedSession): Promise<void> {
    await connectUntilStarted(await this.#options.create(), transport as ServerTransport);
  }

  async createModernServer(): Promise<Server | McpServer> {
    if (this.#options.sharesStatelessCalls) return this.#bridge.createServer();
    const server = await this.#options.create();
    // The servers of this SDK speak the modern revision by themselves, in full.
    const { McpServer, Server } = await this.sdk();
    if (server instanceof McpServer || server instanceof Server) return server;
    return this.#bridge.createServer();
  }

  describe(): Promise<ServerDescription> {
    return this.reference.initialize();
  }

  async close(): Promise<void> {
    this.#bridge.close();
    await this.reference.close();
  }

  #createUpstream(
    clientCapabilities: ClientCapabilities,
    untied: "nobody" | "the only client",
  ): Upstream {
    return new Upstream({
      untied,
      log: this.#options.log,
      open: async () => {
        const server = await this.#options.create();
        return openInMemoryLink((transport) => server.connect(transport));
      },
      clientCapabilities,
      handshakeMs,
    });
  }
}

/** Some servers' `connect` waits for the first message, so it must not be waited for. */
async function connectUntilStarted(server: Connectable, transport: ServerTransport): Promise<void> {
  const start = transport.start.bind(transport);
  const close = transport.close.bind(transport);
  let isClosed = false;
  transport.close = async () => {
    isClosed = true;
    await close();
  };
  const isStarted = new Promise<void>((resolve) => {
    transport.start = async () => {
      await start();
      resolve();
    };
  });
  const connected = server.connect(transport);
  connected.then(
    async (session) => {
      if (!isClosed) return;
      // The client left while `connect` still ran: what that made now must go too.
      await (session as { close?(): Promise<void> } | undefined)?.close?.();
      transport.onclose?.();
    },
    () => transport.close(),
  );
  await Promise.race([isStarted, connected]);
}
