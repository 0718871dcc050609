import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { PeerRequest } from "@hub/core/hubs";
import type { HubOnStore } from "@hub/core/storage";
import type { UpstreamFailure } from "@hub/core/upstream";
import { serve, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createLog } from "../log.js";
import { Peers, type PeersOptions } from "./peers.js";

const told: PeerRequest = {
  kind: "session-message",
  principalId: "somebody",
  sessionId: "one",
  message: {},
};
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An address at which connections are taken and nothing is ever said, as behind a network that drops everything. */
async function silence(sockets = new Set<Socket>()): Promise<string> {
  const server: Server = createServer((socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`; // of a TCP server
}

/** Hubs of one key that know each other; `take` is how each of them answers. */
class Together {
  readonly known: HubOnStore[] = [];
  /** How often a request was sealed or opened. */
  sealed = 0;
  readonly #keys = { requestKey: randomBytes(32), stateKey: randomBytes(32) };

  async open(hubId: string, take: PeersOptions["take"]): Promise<Peers> {
    const peers = new Peers({
      hubId,
      version: "1",
      ...this.#keys,
      url: "http://127.0.0.1:0",
      mostBytes: 10_000,
      wall: () => {
        this.sealed += 1;
        return Date.now();
      },
      hubs: () => this.known,
      take,
      log: createLog({ level: "error", format: "json" }),
      onFault: (error) => {
        throw error;
      },
      lookMs: 20,
    });
    await peers.listen();
    closing.push(() => peers.close());
    this.know(hubId, peers.address);
    return peers;
  }

  know(id: string, address: string | undefined, seenAgoMs = 0): void {
    const startedAt = this.known.length;
    const seen = { version: "1", startedAt, reports: 0, joinedAgoMs: 10_000 };
    this.known.push({ id, address, seenAgoMs, ...seen });
  }
}

const answerWith =
  (status: number): PeersOptions["take"] =>
  (_request, response, always) =>
    void response.writeHead(status, always).end();

/** What a hub answers, as it comes. */
function listen(peers: Peers, hubId: string) {
  const heard: { status?: number; failure?: UpstreamFailure; hasEnded?: true } = {};
  peers.ask(hubId, told, {
    onHead: (status) => {
      heard.status = status;
    },
    onData: () => {},
    onEnd: () => {
      heard.hasEnded = true;
    },
    onFailure: (failure) => {
      heard.failure = failure;
    },
  });
  return heard;
}

describe("a hub that owes an answer", () => {
  test("is given up when it gives no sign of life, and its caller does not hear that nothing was sent", async () => {
    const together = new Together();
    const one = await together.open("one", answerWith(204));
    together.know("silent", await silence());
    const heard = listen(one, "silent");
    await until("it to be given up", () => heard.failure);
    expect(heard.failure).toEqual({
      neverSent: false,
      code: "PEER_SILENT",
      detail: "it gives no sign of life",
    });
    expect(one.underWay).toBe(0);
  });

  test("may take its time as long as it says that it is there", async () => {
    const together = new Together();
    const one = await together.open("one", answerWith(204));
    let answer = () => {};
    await together.open("slow", (_request, response, always) => {
      answer = () => void response.writeHead(204, always).end();
    });
    const heard = listen(one, "slow");
    // Many times as long as silence may last: each question, and each answer, is sealed with the time.
    const begun = together.sealed;
    await until("it to be asked often", () => together.sealed - begun > 20);
    expect(heard).toEqual({});
    answer();
    await until("the answer", () => heard.hasEnded);
    expect(heard.status).toBe(204);
  });

  test("is given up once the store knows it no more", async () => {
    const together = new Together();
    const one = await together.open("one", answerWith(204));
    together.know("gone", await silence());
    const heard = listen(one, "gone");
    together.known.pop();
    await until("it to be given up", () => heard.failure);
    expect(heard.failure?.detail).toBe("it is gone");
  });
});

test("a hub that was killed, and is another at the same address now, is gone", async () => {
  const together = new Together();
  const one = await together.open("one", answerWith(204));
  const address = await silence();
  together.know("killed", address);
  expect(one.absence("killed")).toBeUndefined();
  const heard = listen(one, "killed");
  together.know("again", address);
  expect(one.absence("killed")).toBe("gone");
  expect(one.absence("again")).toBeUndefined();
  await until("its call to be given up", () => heard.failure);
  expect(heard.failure?.detail).toBe("it is gone");
});

test.each([413, 501])("a hub that answers %d is not told once more", async (status) => {
  const together = new Together();
  const one = await together.open("one", answerWith(500));
  let asked = 0;
  await together.open("other", (...request) => {
    asked += 1;
    answerWith(status)(...request);
  });
  expect(await one.tellAll(told)).toBe("refused");
  expect(asked).toBe(1);
});

test("a hub that does not know who asks is asked once, and what it answers is worth another try later", async () => {
  const together = new Together();
  const one = await together.open("one", answerWith(500));
  let asked = 0;
  const stranger = await serve((request, response) => {
    request.resume();
    // Whether it is there may be asked beside.
    if (request.method === "POST") asked += 1;
    response.writeHead(401).end();
  });
  closing.push(() => stranger.close());
  together.know("stranger", stranger.origin);
  expect(await one.tellAll(told)).toBe("not-all-told");
  expect(asked).toBe(1);
  const heard = listen(one, "stranger");
  await until("it to be refused", () => heard.failure);
  expect(heard.failure).toMatchObject({ neverSent: true, detail: expect.stringContaining("key") });
});

describe("what all hubs are told", () => {
  test("takes few connections to a hub that hangs, however much there is, and who is asked beside is asked", async () => {
    const together = new Together();
    const one = await together.open("one", answerWith(204));
    const sockets = new Set<Socket>();
    together.know("silent", await silence(sockets));
    const heard = listen(one, "silent");
    const all = await Promise.all(Array.from({ length: 1_000 }, () => one.tellAll(told)));
    expect(new Set(all)).toEqual(new Set(["not-all-told"]));
    expect(heard.failure?.code).toBe("PEER_SILENT");
    expect(one.underWay).toBe(0);
    expect(sockets.size).toBeLessThan(100);
  });

  const cases = [
    ["taken", [204, 404, "silent"]],
    ["unwanted", [404, 404]],
    ["not-all-told", [404, "silent"]],
    ["not-all-told", [404, "refused"]],
    ["refused", [404, 413]],
    ["refused", [501]],
    ["taken", [413, 204]],
    ["not-all-told", [501, "refused"]],
    // Its calls ended with it.
    ["unwanted", [404, "dead"]],
    ["unwanted", ["killed", 404]],
    ["unwanted", []],
  ] as const;

  test.each(cases)("is %s where the others are %j", async (expected, others) => {
    const together = new Together();
    const one = await together.open("one", answerWith(500));
    for (const [index, other] of others.entries()) {
      const id = `other-${index}`;
      if (other === "silent") together.know(id, await silence());
      else if (typeof other === "number") {
        await together.open(id, answerWith(other));
        const before = together.known.find((hub) => hub.id === "killed");
        if (before !== undefined)
          Object.assign(before, { address: together.known.at(-1)?.address });
      } else if (other === "killed") together.know(other, "http://127.0.0.1:1");
      else together.know(id, "http://127.0.0.1:1", other === "dead" ? 20_000 : 0);
    }
    expect(await one.tellAll(told)).toBe(expected);
  });
});
