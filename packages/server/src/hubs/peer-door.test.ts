import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { PeerRequest } from "@hub/core/hubs";
import { until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { StartError } from "../start-error.js";
import { openPeerDoor, type PeerDoorOptions } from "./peer-door.js";
import { PeerSeal } from "./peer-seal.js";
import { Peers } from "./peers.js";

const requestKey = randomBytes(32);
const wall = () => 1_000_000;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Take = PeerDoorOptions["take"];
const taken: Take = (_request, response, always) => void response.writeHead(204, always).end();

/** A hub that others can ask. */
async function doorOf(options: Partial<PeerDoorOptions> = {}, url = "http://127.0.0.1:0") {
  const refused: string[] = [];
  const door = await openPeerDoor({
    url,
    seal: new PeerSeal({ key: requestKey, hubId: "two", wall }),
    mostBytes: 1_000,
    take: taken,
    onRefused: (reason) => refused.push(reason),
    onFault: (error) => {
      throw error;
    },
    ...options,
  });
  ends.push(() => door.close());
  return { url: door.url, refused };
}

/** What another hub hears when it asks the one at `address`. */
function asking(address: string, key = requestKey) {
  const peers = new Peers({
    hubId: "one",
    version: "1",
    requestKey: key,
    stateKey: randomBytes(32),
    url: undefined,
    mostBytes: 1_000,
    wall,
    hubs: () => [
      { id: "two", address, version: "1", startedAt: 0, seenAgoMs: 0, joinedAgoMs: 0, reports: 0 },
    ],
    take: taken,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    onFault: () => {},
  });
  ends.push(() => peers.close());
  return (request: PeerRequest) =>
    new Promise<number | string>((resolve) => {
      let heard = 0;
      peers.ask("two", request, {
        onHead: (status) => {
          heard = status;
        },
        onData: () => {},
        onEnd: () => resolve(heard),
        onFailure: ({ detail }) => resolve(detail),
      });
    });
}

const message = (text = ""): PeerRequest => ({
  kind: "session-message",
  principalId: "nobody",
  sessionId: "hub-1",
  message: { text },
});

/** Connections that ask nothing, or only begin to ask. */
async function halfOpen(url: string, count: number): Promise<readonly Socket[]> {
  const { port } = new URL(url);
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    ends.push(() => socket.destroy());
    await once(socket, "connect");
    socket.write("POST /peer HTTP/1.1\r\n");
    sockets.push(socket);
  }
  return sockets;
}

test("a hub hears what another says to it", async () => {
  const { url } = await doorOf();
  expect(await asking(url)(message())).toBe(204);
});

test("a hub that takes no message of that size says so, and is no stranger", async () => {
  const { url, refused } = await doorOf();
  expect(await asking(url)(message("x".repeat(2_000)))).toContain(
    "MCP_HUB_MAX_CLIENT_MESSAGE_BYTES",
  );
  expect(refused).toEqual(["it has more than 1000 bytes"]);
});

test("a hub of another version, which does not know what it was asked, says so", async () => {
  const take: Take = (_request, response: ServerResponse, always) =>
    void response.writeHead(501, always).end();
  const { url } = await doorOf({ take });
  expect(await asking(url)(message())).toContain("of another version");
});

test("a hub with another key is told from somebody who is no hub", async () => {
  const { url } = await doorOf();
  expect(await asking(url, randomBytes(32))(message())).toContain("another key");
});

test("connections that prove nothing make room for a hub, and one that proved itself stays", async () => {
  const waiting: (() => void)[] = [];
  const { url } = await doorOf({
    mostConnections: 8,
    take: (_request, response, always) =>
      waiting.push(() => void response.writeHead(204, always).end()),
  });
  const first = asking(url)(message());
  await until("it to be heard", () => waiting.length === 1);
  const silent = await halfOpen(url, 20);
  await until("most of them to be closed", () => silent.filter((one) => one.closed).length >= 12);
  const second = asking(url)(message());
  await until("the other to be heard", () => waiting.length === 2);
  for (const answer of waiting) answer();
  // Over the connection that it had before them all.
  expect(await Promise.all([first, second])).toEqual([204, 204]);
});

test("an address with a password is refused at the start, and the password is not repeated", async () => {
  const opening = doorOf({}, "http://bob:SECRET-MARK@127.0.0.1:0");
  await expect(opening).rejects.toThrow(StartError);
  await expect(opening).rejects.not.toThrow("SECRET-MARK");
});
