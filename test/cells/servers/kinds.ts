import { join } from "node:path";
import { type ServerType, serve } from "@hono/node-server";
import { register } from "@hub/register";
import { freePort, type HubAt, Program } from "@hub/testing";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { compileStdioProgram } from "./compile.js";
import { createFastMcp } from "./fastmcp.js";
import { Offer } from "./offer.js";
import { Sessions } from "./sessions.js";
import { createV1Server } from "./v1-server.js";
import { openV2Legacy } from "./v2-legacy.js";
import { createModernOnly } from "./v2-modern.js";

/** A server that runs and is registered, or about to be. */
export type Running = { close(): Promise<void> };

type Kind = {
  /** What it is registered as, and what its URIs begin with. */
  readonly id: string;
  start(id: string, hub: HubAt): Promise<Running>;
};

/** The servers of the cells, by what the tables call them. */
export const serverKinds = {
  "SDK v1": {
    id: "cells-v1",
    start: async (id, hub) => {
      const offer = new Offer(id);
      const sessions = new Sessions(async (options) => {
        const server = createV1Server(offer);
        const transport = new WebStandardStreamableHTTPServerTransport(options);
        // The SDK's own types disagree under `exactOptionalPropertyTypes`.
        await server.connect(transport as Transport);
        return { transport, close: () => server.close() };
      });
      const { endpoint, stop } = await listen((request) => sessions.fetch(request));
      await hub.register({ name: id, transport: "streamable-http", endpoint });
      return { close: () => sessions.close().then(stop) };
    },
  },
  "SDK v2 legacy": {
    id: "cells-v2-legacy",
    start: async (id, hub) => {
      const sessions = new Sessions(openV2Legacy(new Offer(id)));
      const { endpoint, stop } = await listen((request) => sessions.fetch(request));
      const registered = register(endpoint, { ...quiet, name: id, hubUrl: hub.url });
      return { close: () => registered.close().then(() => sessions.close().then(stop)) };
    },
  },
  "SDK v2 modern-only": {
    id: "cells-v2-modern",
    start: async (id, hub) => {
      const server = createModernOnly(new Offer(id));
      const { endpoint, stop } = await listen((request) => server.fetch(request));
      const registered = register(endpoint, { ...quiet, name: id, hubUrl: hub.url });
      return { close: () => registered.close().then(() => server.close().then(stop)) };
    },
  },
  "npm fastmcp": {
    id: "cells-fastmcp",
    start: async (id, hub) => {
      const server = createFastMcp(new Offer(id));
      const port = await freePort();
      await server.start({
        transportType: "httpStream",
        httpStream: { port, host: "127.0.0.1", endpoint: "/mcp" },
      });
      const endpoint = `http://127.0.0.1:${port}/mcp`;
      await hub.register({ name: id, transport: "streamable-http", endpoint });
      return { close: () => server.stop() };
    },
  },
  "stdio, hub-register": {
    id: "cells-stdio",
    start: async (id, hub) => {
      const { file, remove } = compileStdioProgram();
      const command = ["--name", id, "--", process.execPath, file, id];
      const program = new Program(process.execPath, [hubRegister, ...command], {
        MCP_HUB_URL: hub.url,
      });
      return { close: () => program.kill("SIGTERM").then(remove) };
    },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ServerKind = keyof typeof serverKinds;

const hubRegister = join(import.meta.dirname, "../../../packages/register/bin/hub-register.js");
const quiet = { signals: false, log: () => {} } as const;

function listen(
  handle: (request: Request) => Promise<Response>,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  return new Promise((resolve) => {
    const server = serve({ fetch: handle, hostname: "127.0.0.1", port: 0 }, ({ port }) =>
      resolve({ endpoint: `http://127.0.0.1:${port}/mcp`, stop: () => end(server) }),
    );
  });
}

function end(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
