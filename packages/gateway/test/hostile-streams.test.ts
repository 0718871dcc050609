import type { ServerResponse } from "node:http";
import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  type TestHubOptions,
  textOf,
  type Upstream,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

afterAll(closeAll);

/** Streams of the hub's own, for changes of lists, which `begin` writes on. */
async function withListStream(
  era: "2025" | "2026",
  begin: (response: ServerResponse) => void,
  options: TestHubOptions,
) {
  const hub = await TestHub.start(options);
  const upstream: Upstream = await (era === "2025" ? LegacyUpstream : ModernUpstream).start();
  const streams: ServerResponse[] = [];
  const open = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    streams.push(response);
    begin(response);
  };
  upstream.intercept = (request, response) => {
    const isListening =
      era === "2025"
        ? request.method === "GET"
        : request.headers["mcp-method"] === "subscriptions/listen";
    if (isListening) {
      request.resume();
      open(response);
    }
    return isListening;
  };
  await hub.register("one", upstream);
  await until("the hub to listen", () => streams.length > 0);
  return { hub, streams };
}

/** Writes a piece again and again, as fast as it is taken. */
function crumbs(response: ServerResponse, piece: string): void {
  const timer = setInterval(() => response.write(piece), 5);
  response.on("close", () => clearInterval(timer));
  closeLater(() => clearInterval(timer));
}

const ended = ({ destroyed, closed }: ServerResponse) => destroyed || closed;

for (const era of ["2025", "2026"] as const) {
  // Each waits for seconds, and has a hub of its own.
  describe.concurrent(`a stream of list changes of a ${era} server`, () => {
    for (const [what, begin] of [
      ["a line that never ends", (one: ServerResponse) => crumbs(one, "x")],
      ["a comment that never ends", (one: ServerResponse) => crumbs(one, ":")],
      [
        "an event that never ends, with comments in between",
        (one: ServerResponse) => crumbs(one, "data: x\n: alive\n"),
      ],
      ["half an event, and then nothing", (one: ServerResponse) => void one.write("data: {")],
    ] as const)
      test(`ends with ${what}, is opened again, and the log says so once`, async () => {
        const limits = { callTimeoutMs: 200 };
        const { hub, streams } = await withListStream(era, begin, { limits });
        await until("it to be opened a third time", () => streams.length > 2);
        expect(streams.slice(0, 2).every(ended)).toBe(true);
        expect(hub.warnings.filter((one) => JSON.stringify(one).includes("list-stream"))).toEqual([
          expect.objectContaining({ event: "list-stream-refused", server: "one" }),
        ]);
        // On a machine that does much else a call may take longer than this server is given.
        await until("it to answer calls", async () => {
          const { response } = await new ModernClient(hub.url).call("one__echo").done;
          return response.result !== undefined && textOf(response) === "{}";
        });
      });

    test("ends with an event that is too large, which is counted", async () => {
      const line = `data: ${"x".repeat(1_000)}\n`;
      const begin = (one: ServerResponse) => void one.write(line.repeat(100));
      const budgets = { serverMessageBytes: 65_536 };
      const { hub, streams } = await withListStream(era, begin, { budgets });
      await until("it to end", () => streams[0] !== undefined && ended(streams[0]));
      const health = JSON.stringify(await hub.rest("GET", "/healthz?verbose"));
      expect(health).toMatch(/"name":"serverMessageBytes"[^}]*"refused":[1-9]/);
    });

    // Its limit is short, so it has this process for itself.
    test.sequential("goes on with comments and whole events, however long it lives", async () => {
      const begin = (one: ServerResponse) => crumbs(one, ': alive\n\ndata: {"x":1}\n\n');
      const { hub, streams } = await withListStream(era, begin, { limits: { callTimeoutMs: 50 } });
      const began = process.hrtime.bigint();
      await until("several times the limit to pass", () => process.hrtime.bigint() - began > 3e8);
      expect(streams.filter((one) => !ended(one))).toHaveLength(1);
      expect(hub.warnings).toEqual([]);
    });
  });
}

test("an answer of 4 MB in pieces of 2 KB costs the hub what its bytes cost, not their square", async () => {
  // Hubs of the tests before would be counted as well.
  await closeAll();
  const hub = await TestHub.start();
  const upstream = await LegacyUpstream.start({ tools: ["large"] });
  let size = 0;
  upstream.on("large", async ({ id, response }) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const text = "x".repeat(size);
    const result = { content: [{ type: "text", text }] };
    const bytes = Buffer.from(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result })}\n\n`);
    for (let at = 0; at < bytes.length; at += 2_048) {
      const isTaken = response.write(bytes.subarray(at, at + 2_048));
      if (!isTaken) await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
    return undefined;
  });
  await hub.register("old", upstream);
  const client = new ModernClient(hub.url);
  const cpuOf = async (bytes: number) => {
    size = bytes;
    const began = process.cpuUsage();
    const { response } = await client.call("old__large").done;
    expect(textOf(response)).toHaveLength(bytes);
    const { user, system } = process.cpuUsage(began);
    return user + system;
  };
  await cpuOf(1_000_000);
  const half = await cpuOf(2_000_000);
  // The server and the client of this process are in it, too.
  expect(await cpuOf(4_000_000)).toBeLessThan(6 * half + 200_000);
});

test("what long messages of a server take while they come is told by its id, however many instances send them", async () => {
  const hub = await TestHub.start({ budgets: { incomingBytes: 1_048_576 } });
  const part = `{"jsonrpc":"2.0","error":{"data":"${"x".repeat(300_000)}`;
  for (let one = 0; one < 2; one += 1) {
    const upstream = await LegacyUpstream.start({ tools: ["long"] });
    upstream.on("long", ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" }).write(part);
      return undefined;
    });
    await hub.announce("one", upstream.endpoint, { serviceKey: "the key of both" });
  }
  await hub.whenUp("one", 2);
  for (let caller = 0; caller < 3; caller += 1) {
    const client = await LegacyClient.open(hub.url);
    const call = client.call("one__long");
    closeLater(() => call.close());
  }
  await until("them to have come", async () => (await hub.budget("incomingBytes")).used > 300_000);
  const { used, by } = await hub.budget("incomingBytes");
  expect(by).toBe("one");
  expect(used).toBeLessThanOrEqual(1_048_576 / 2);
});
