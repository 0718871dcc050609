// Run as a program of its own by `Upstreams`: one server on a port for each name in the arguments. What a
// name begins with says how it behaves: `good-2` is good. Imports nothing but Node.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

type Rpc = { readonly id?: number; readonly method?: string };
type Reply = (rpc: Rpc, request: IncomingMessage, response: ServerResponse) => void;

const canary = process.env.CANARY_URL ?? "";
const json = { "content-type": "application/json" };
const spaces = Buffer.alloc(65_536, " ");

async function rpcOf(request: IncomingMessage): Promise<Rpc> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? {} : JSON.parse(text);
}

/** Writes for as long as the other side reads. */
function flood(response: ServerResponse | Socket, piece: string | Buffer): void {
  const write = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", write);
  write();
}

/** A server of the modern revision, as small as it can be; `lists` answers what is read after the greeting. */
function greets(name: string, lists: (rpc: Rpc) => unknown): Reply {
  return (rpc, _, response) => {
    const result =
      rpc.method === "server/discover"
        ? {
            resultType: "complete",
            supportedVersions: ["2026-07-28"],
            capabilities: { tools: {} },
            ttlMs: 0,
            cacheScope: "private",
            _meta: { "io.modelcontextprotocol/serverInfo": { name, version: "1" } },
          }
        : lists(rpc);
    if (rpc.method === "server/discover") process.stdout.write(`PROBED ${name} ${Date.now()}\n`);
    response.writeHead(200, json).end(JSON.stringify({ jsonrpc: "2.0", id: rpc.id, result }));
  };
}

const tool = (name: string, more: object = {}) => ({
  name,
  inputSchema: { type: "object" },
  ...more,
});
let page = 0;
const says =
  (text: (rpc: Rpc) => string | Buffer, headers: Record<string, string> = {}): Reply =>
  (rpc, _, response) =>
    void response.writeHead(200, { ...json, ...headers }).end(text(rpc));
const streams =
  (feed: (response: ServerResponse) => void): Reply =>
  (_, __, response) =>
    feed(response.writeHead(200, { "content-type": "text/event-stream" }));

const behaviours: Readonly<Record<string, (name: string) => Reply>> = {
  good: (name) => greets(name, () => ({ tools: [tool("greet")] })),
  "hangs-before-headers": () => () => undefined,
  "hangs-in-body": () => (_, __, response) => void response.writeHead(200, json).write("{"),
  "sends-for-ever": () => (_, __, response) => flood(response.writeHead(200, json), spaces),
  "sends-50-megabytes": () => {
    const body = Buffer.alloc(50_000_000, " ");
    return says(() => body);
  },
  "sends-a-gzip-bomb": () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000, " "), { level: 1 });
    return says(() => bomb, { "content-encoding": "gzip" });
  },
  "sends-deep-json": () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    return says(({ id }) => `{"jsonrpc":"2.0","id":${id},"result":${deep}}`);
  },
  "sends-millions-of-values": () => {
    const body = Buffer.from(`[${"[],".repeat(1_000_000)}0]`);
    return says(() => body);
  },
  "sends-wrong-ids": () => says(() => '{"jsonrpc":"2.0","id":999,"result":{}}'),
  "sends-batches": () => says(({ id }) => `[{"jsonrpc":"2.0","id":${id},"result":{}}]`),
  "resets-in-body": () => (_, __, response) => {
    response.writeHead(200, json).write('{"jsonrpc"');
    setImmediate(() => response.socket?.resetAndDestroy());
  },
  "redirects-away": () => (_, __, response) =>
    void response.writeHead(307, { location: `${canary}/redirect` }).end(),
  "asks-for-a-token": () => (_, __, response) =>
    void response
      .writeHead(401, { "www-authenticate": `Bearer resource_metadata="${canary}/token"` })
      .end(),
  "sends-huge-headers": () => (_, __, response) =>
    void response.writeHead(200, { ...json, "x-long": "y".repeat(100_000) }).end("{}"),
  "drips-bytes": () => (_, __, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  },
  "comments-for-ever": () => streams((response) => flood(response, ": hi\n\n".repeat(2_000))),
  "notifies-for-ever": () =>
    streams((response) =>
      flood(response, 'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(1_000)),
    ),
  "lists-endless-pages": (name) =>
    greets(name, () => {
      page += 1;
      return { tools: [tool(`t${page}`)], nextCursor: String(page) };
    }),
  "repeats-its-cursor": (name) => greets(name, () => ({ tools: [tool("a")], nextCursor: "same" })),
  "lists-5000-tools": (name) =>
    greets(name, () => ({
      tools: Array.from({ length: 5_000 }, (_, index) => tool(`t${index}`)),
    })),
};

function listenerFor(reply: Reply): RequestListener {
  return (request, response) => {
    rpcOf(request).then(
      (rpc) => reply(rpc, request, response),
      () => response.destroy(),
    );
  };
}

function serverFor(name: string) {
  if (name === "speaks-no-http")
    return createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => flood(socket, "SSH-2.0-x\r\n".repeat(1_000)));
    });
  if (name === "resets-at-once") return createTcpServer((socket) => socket.resetAndDestroy());
  const behaviour = behaviours[name.replace(/-\d+$/, "")];
  if (behaviour === undefined) throw new Error(`There is no behaviour for ${name}`);
  return createServer(listenerFor(behaviour(name)));
}

const ports: Record<string, number> = {};
for (const name of process.argv.slice(2)) {
  await new Promise<void>((resolve) => {
    const server = serverFor(name);
    server.listen(Number(process.env.UPSTREAM_PORT ?? 0), "127.0.0.1", () => {
      // A TCP server that listens has an address with a port.
      ports[name] = (server.address() as AddressInfo).port;
      resolve();
    });
  });
}
// What the other side does to a connection is no reason to end.
process.on("uncaughtException", (error) => process.stdout.write(`FAILED ${error.message}\n`));
process.stdout.write(`PORTS ${JSON.stringify(ports)}\n`);
