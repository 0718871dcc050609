import type { IncomingMessage, ServerResponse } from "node:http";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  type ModernClient,
  modernVersion,
  type Payload,
  sendJson,
  TestHub,
  textResult,
  tool,
  type UpstreamOptions,
  until,
} from "@hub/testing";
import { afterAll, describe, expect, test } from "vitest";

// Each test waits for most of its time, and has a hub of its own.
afterAll(closeAll);

const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
const tools = [
  tool("slow", { execution: { taskSupport: "required" } }),
  tool("either", { execution: { taskSupport: "optional" } }),
  tool("quick"),
];

/** A server of both eras, which says of tasks what each of them has. */
class BothEras extends LegacyUpstream {
  /** Whether it speaks the 2025 revisions at all, and keeps sessions there. */
  elder: "sessions" | "stateless" | "refused" | "hanging" = "sessions";
  handshakes = 0;
  elderLists = 0;
  modernLists = 0;

  static override async start(options: UpstreamOptions = {}): Promise<BothEras> {
    const upstream = new BothEras({ tools, ...options });
    await upstream.start();
    upstream.on("slow", ({ given }) => textResult(JSON.stringify(given)));
    return upstream;
  }

  override handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers["mcp-protocol-version"] === modernVersion) {
      this.#answer(message, response, this.#modern(message));
      return;
    }
    if (message.method === "initialize") this.handshakes += 1;
    if (message.method === "tools/list") this.elderLists += 1;
    if (this.elder === "hanging") return;
    if (this.elder === "refused") {
      const error = { code: -32_022, message: "Unsupported protocol version" };
      sendJson(response, 400, { jsonrpc: "2.0", id: message.id, error });
    } else if (this.elder === "sessions") super.handle(message, request, response);
    else if (message.id === undefined) response.writeHead(202).end();
    else if (message.method === "initialize")
      this.#answer(message, response, {
        protocolVersion: "2025-11-25",
        capabilities: this.offer.capabilities,
        serverInfo: { name: "both", version: "1" },
      });
    else if (message.method === "tools/list")
      this.#answer(message, response, { tools: this.offer.tools });
    else this.#answer(message, response, textResult(JSON.stringify(message.params)));
  }

  #modern({ method, params }: Message): Payload {
    const { tasks: _, ...capabilities } = this.offer.capabilities;
    if (method === "server/discover")
      return { supportedVersions: [modernVersion], capabilities, ttlMs: 0, cacheScope: "private" };
    if (method === "tools/call") return textResult(`modern ${JSON.stringify(params)}`);
    if (method === "tools/list") this.modernLists += 1;
    const listed = this.offer.tools.map(({ execution: __, ...definition }) => definition);
    return method === "tools/list" ? { tools: listed, ttlMs: 0, cacheScope: "private" } : {};
  }

  #answer({ id }: Message, response: ServerResponse, result: Payload): void {
    sendJson(response, 200, { jsonrpc: "2.0", id, result: { resultType: "complete", ...result } });
  }
}

/** Has the hub read once more what a server offers; it does not do so at once after it has. */
async function readAgain(hub: TestHub, both: BothEras): Promise<void> {
  const before = both.modernLists;
  await until("a reading", async () => {
    await hub.rest("POST", "/servers/both/probe");
    return both.modernLists > before;
  });
}

async function supportIn(client: LegacyClient | ModernClient): Promise<Record<string, unknown>> {
  const { result } = await client.ask("tools/list");
  const listed = result?.tools as readonly { name: string; execution?: Payload }[]; // by the revision
  return Object.fromEntries(listed.map(({ name, execution }) => [name, execution?.taskSupport]));
}

describe.concurrent("what tools of a server of both eras say of tasks", () => {
  for (const elder of ["sessions", "stateless"] as const)
    test(`is shown to a 2025 client as the server itself shows it, and calls as tasks reach it in that era (${elder})`, async () => {
      const hub = await TestHub.start();
      const both = await BothEras.start({ capabilities: { tools: {}, tasks } });
      both.elder = elder;
      await hub.register("both", both);
      expect(hub.entry("both")?.snapshot?.era).toBe("modern");
      const client = await LegacyClient.open(hub.url);
      expect(client.initialized.capabilities).toMatchObject({ tasks });
      const { both__slow, both__either, both__quick } = await supportIn(client);
      expect([both__slow, both__either, both__quick]).toEqual(["required", "optional", undefined]);
      const params = { name: "both__slow", arguments: { a: 1 }, task: { ttl: 60_000 } };
      const { response } = await client.send("tools/call", params).done;
      expect(response.error).toBeUndefined();
      expect(JSON.stringify(response.result)).not.toContain("modern");
      expect(both.bodies.some((body) => body.includes('"task":{"ttl":60000}'))).toBe(true);
    });

  test("is shown at the server's own endpoint too", async () => {
    const hub = await TestHub.start();
    const both = await BothEras.start({ capabilities: { tools: {}, tasks } });
    await hub.register("both", both);
    const client = await LegacyClient.open(hub.url, { path: "/servers/both/mcp" });
    expect(await supportIn(client)).toEqual({
      slow: "required",
      either: "optional",
      quick: undefined,
    });
  });

  test("is read anew with each reading, in sessions that are ended", async () => {
    const hub = await TestHub.start();
    const both = await BothEras.start({ capabilities: { tools: {}, tasks } });
    await hub.register("both", both);
    both.offer.tools = [tool("slow", { execution: { taskSupport: "optional" } }), tool("quick")];
    await readAgain(hub, both);
    const { both__slow } = await supportIn(await LegacyClient.open(hub.url));
    expect(both__slow).toBe("optional");
    expect(both.sessions.size).toBe(0);
    expect(both.deleted).toHaveLength(both.handshakes);
  });

  test("costs a server without tasks one handshake, until it offers something else", async () => {
    const hub = await TestHub.start();
    const both = await BothEras.start({ capabilities: { tools: {} } });
    await hub.register("both", both);
    for (let round = 0; round < 3; round += 1) await readAgain(hub, both);
    expect([both.handshakes, both.elderLists, both.sessions.size]).toEqual([1, 0, 0]);
    both.offer.tools = [...tools, tool("new")];
    await readAgain(hub, both);
    expect([both.handshakes, both.elderLists, both.sessions.size]).toEqual([2, 0, 0]);
  });

  test("is taken from what a wrapped server says of it in the newer era, without a handshake", async () => {
    const hub = await TestHub.start();
    const said = { "mcp-hub/execution": { taskSupport: "optional" } };
    const both = await BothEras.start({
      capabilities: { tools: {}, experimental: { "mcp-hub/tasks": tasks } },
      tools: [tool("slow", { _meta: { ...said, own: 1 } }), tool("quick", { _meta: said })],
    });
    await hub.register("both", both);
    expect(both.handshakes).toBe(0);
    const client = await LegacyClient.open(hub.url);
    expect(client.initialized.capabilities).toMatchObject({ tasks });
    const { result } = await client.ask("tools/list");
    const listed = JSON.stringify(result?.tools);
    expect(listed).toContain('"_meta":{"own":1},"execution":{"taskSupport":"optional"}');
    expect(listed).not.toContain("mcp-hub/execution");
  });

  for (const elder of ["refused", "hanging"] as const)
    test(`keeps nothing else of a server from being read whose older era is ${elder}`, async () => {
      const hub = await TestHub.start();
      const both = await BothEras.start({ capabilities: { tools: {}, tasks } });
      both.elder = elder;
      await hub.register("both", both);
      for (let round = 0; round < 2; round += 1) await readAgain(hub, both);
      expect(both.handshakes).toBe(1);
      expect(hub.entry("both")?.snapshot?.tools.map(({ key }) => key)).toHaveLength(3);
      expect(hub.status("both")).toBe("up");
    });
});
