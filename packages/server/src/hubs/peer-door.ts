import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { PeerRequest } from "@hub/core/hubs";
import { peerOf, Shares } from "@hub/core/limits";
import { listenOn } from "../listen-on.js";
import { StartError } from "../start-error.js";
import { digestOf, type PeerSeal, peerHeader } from "./peer-seal.js";

/** The one path between hubs: POST asks one of them something, and GET whether it is there. */
export const peerPath = "/peer";

export type PeerDoorOptions = {
  /** Where other hubs reach this one: `http://host:port`. Port 0 lets the system choose. */
  readonly url: string;
  readonly seal: PeerSeal;
  /** Of a body. */
  readonly mostBytes: number;
  /** Answers a request that another hub has sealed; `always` is what every answer carries. */
  readonly take: (
    request: PeerRequest,
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
  ) => void;
  /** Hears why a request was not taken, and from which address it came. */
  readonly onRefused: (reason: string, address: string | undefined) => void;
  readonly onFault: (error: unknown) => void;
  /** Connections at a time. Default: 2,000. */
  readonly mostConnections?: number | undefined;
};

/** Where other hubs come in, and nobody else. */
export type PeerDoor = {
  /** With the port that it listens on. */
  readonly url: string;
  /** How many requests are being answered. */
  readonly answering: number;
  close(): Promise<void>;
};

/** What a hub answers to another hub whose request it does not take, by why that is. */
export const peerRefusals = {
  /** It takes none of that size. */
  tooLarge: 413,
  /** It knows no such request. */
  unknown: 501,
} as const;

/**
 * Hubs are few, and each has a connection for every call that it passes on. Whoever has not proved to be one makes room
 * for whoever comes, and no address has more than its share.
 */
const mostOpen = 2_000;
/** What is still being sent when it closes has so long. */
const farewellMs = 500;
const keptMs = 60_000;
const headersMs = 10_000;
const requestMs = 30_000;
/** How often connections are looked for that take longer. */
const checkMs = 2_000;

/** Listens for other hubs. Throws StartError when it cannot. */
export async function openPeerDoor(options: PeerDoorOptions): Promise<PeerDoor> {
  const { mostConnections = mostOpen } = options;
  const given = new URL(options.url);
  const host = given.hostname.replace(/^\[(.*)\]$/, "$1");
  if (given.username !== "" || given.password !== "")
    throw new StartError(
      "MCP_HUB_PEER_URL must have no user and no password: hubs prove themselves by their key (MCP_HUB_SECRET_KEY_FILE).",
    );
  let answering = 0;
  const connections = new WeakMap<Socket, { isUsed: boolean }>();
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      answering += 1;
      response.once("close", () => {
        answering -= 1;
      });
      receive(request, response, options, () => {
        const place = connections.get(request.socket);
        if (place !== undefined) place.isUsed = true;
      });
    },
  );
  const places = new Shares(mostConnections);
  server.on("connection", (socket) => {
    const peer = peerOf(socket.remoteAddress);
    const place = { isUsed: false, end: () => void socket.destroy() };
    if (!places.admit(peer, place)) {
      socket.destroy();
      return;
    }
    connections.set(socket, place);
    socket.once("close", () => places.leave(peer, place));
  });
  // Other hubs close theirs first, so that none is closed just as a request goes out on it.
  server.keepAliveTimeout = keptMs;
  const { port } = await listenOn(
    server,
    { host, port: Number(given.port || 80) },
    options.onFault,
  ).catch((error: Error) => {
    const code = "code" in error ? String(error.code) : "failed";
    throw new StartError(
      `The hub cannot listen at MCP_HUB_PEER_URL, ${given.origin} (${code}). It must be an address of this machine and a port that is free, and no other program's.`,
    );
  });
  return {
    url: `http://${given.hostname}:${port}`,
    get answering() {
      return answering;
    },
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), farewellMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Judges a request by its head, and reads no more of one that no hub has sealed. */
function receive(
  request: IncomingMessage,
  response: ServerResponse,
  { seal, mostBytes, take, onRefused, onFault }: PeerDoorOptions,
  onProved: () => void,
): void {
  const refuse = (status: number, reason: string, always = {}) => {
    onRefused(reason, request.socket.remoteAddress);
    response.writeHead(status, { ...always, connection: "close" }).end();
  };
  const { method = "", url = "", headers } = request;
  const head = seal.open(headers[peerHeader], { method, path: url });
  if ("refusal" in head) {
    refuse(401, head.refusal);
    return;
  }
  onProved();
  // It is a hub that asks, so it hears that one answers.
  const always = { [peerHeader]: seal.answerTo(head.nonce) };
  if (method === "GET" && url === peerPath) {
    response.writeHead(204, always).end();
    return;
  }
  if (method !== "POST" || url !== peerPath) {
    refuse(peerRefusals.unknown, "there is nothing at that path", always);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= mostBytes) chunks.push(chunk);
  });
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    if (length > mostBytes)
      return refuse(peerRefusals.tooLarge, `it has more than ${mostBytes} bytes`, always);
    if (digestOf(body) !== head.digest)
      return refuse(401, "its body is not the one it was sealed with");
    try {
      // What hubs write is what they read.
      const asked = JSON.parse(body.toString("utf8")) as PeerRequest;
      take(asked, response, always);
    } catch (error) {
      onFault(error);
      response.destroy();
    }
  });
}
