import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  closeAll,
  closeLater,
  freePort,
  HubProcess,
  knownTokens,
  LegacyUpstream,
  type Message,
  ModernUpstream,
  metaKey,
  modernVersion,
  type Payload,
  quick,
  TestHub,
  textResult,
  tool,
  until,
} from "@hub/testing";
import { Client as V2Client } from "@modelcontextprotocol/client";
import { StdioClientTransport as V2Transport } from "@modelcontextprotocol/client/stdio";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as V1Transport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, test } from "vitest";

const program = join(import.meta.dirname, "../apps/hub/bin/mcp-hub.js");

afterEach(closeAll);

const command = (hub: string, ...options: string[]) => ({
  command: process.execPath,
  args: [program, "stdio", "--hub", hub, ...options],
  stderr: "pipe" as const,
});

const me = { name: "me", version: "1.0.0" };

/** A bridge whose lines a test writes and reads itself. */
class Lines {
  readonly child;
  readonly lines: Message[] = [];
  readonly raw: string[] = [];
  errors = "";

  constructor(
    hub: string,
    options: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    const { command: node, args } = command(hub, ...options);
    this.child = spawn(node, args, { env: { ...process.env, ...env } });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      this.raw.push(line);
      this.lines.push(JSON.parse(line));
    });
    this.child.stderr.on("data", (chunk: Buffer) => {
      this.errors += chunk.toString("utf8");
    });
    closeLater(() => void this.child.kill());
  }

  write(text: string): void {
    this.child.stdin.write(`${text}\n`);
  }

  send(message: Payload): void {
    this.write(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }

  async answerTo(id: string | number | null): Promise<Message> {
    await until(`an answer to ${id}; it said ${this.errors} ${this.raw.join("\n")}`, () =>
      this.lines.some((one) => one.id === id),
    );
    const found = this.lines.find((one) => one.id === id);
    if (found === undefined) throw new Error("it was there");
    return found;
  }

  async open(): Promise<Message> {
    this.send({
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: me },
    });
    const answer = await this.answerTo(0);
    this.send({ method: "notifications/initialized" });
    return answer;
  }

  get ended(): Promise<number | null> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null) resolve(this.child.exitCode);
      else this.child.once("exit", resolve);
    });
  }
}

describe("mcp-hub stdio", () => {
  test("carries a client of SDK v1, questions of the server and progress among it", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start({ tools: ["echo", "order"] });
    upstream.on("order", async (call) => {
      call.progress(1);
      const { content } = await call.ask("elicitation/create", {
        message: "Which size?",
        requestedSchema: { type: "object", properties: { size: { type: "string" } } },
      });
      return { content: [{ type: "text", text: `size ${JSON.stringify(content)}` }] };
    });
    await hub.register("shop", upstream);
    const client = new V1Client(me, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => ({
      action: "accept",
      content: { size: "XL" },
    }));
    await client.connect(new V1Transport(command(hub.url)));
    closeLater(() => client.close());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("shop__order");
    const progress: number[] = [];
    const result = await client.callTool({ name: "shop__order", arguments: {} }, undefined, {
      onprogress: (one) => progress.push(one.progress),
    });
    expect(JSON.stringify(result.content)).toContain("XL");
    expect(progress).toEqual([1]);
    expect(hub.errors).toEqual([]);
  });

  test("carries a client of SDK v2 of either era, with headers that a tool asks for", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({
      tools: [
        "echo",
        tool("regional", {
          inputSchema: {
            type: "object",
            properties: { region: { type: "string", "x-mcp-header": "Region" } },
          },
        }),
      ],
    });
    const regions: unknown[] = [];
    upstream.on("regional", (call) => {
      regions.push(call.headers["mcp-param-region"]);
      return { resultType: "complete", ...textResult("done") };
    });
    await hub.register("modern", upstream);
    for (const mode of ["auto", "legacy"] as const) {
      const client = new V2Client(me, { versionNegotiation: { mode } });
      await client.connect(new V2Transport(command(hub.url, "--server", "modern")));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain("regional");
      const result = await client.callTool({ name: "regional", arguments: { region: "eu" } });
      expect(result.isError).not.toBe(true);
      await client.close();
    }
    expect(regions).toEqual(["eu", "eu"]);
    expect(hub.errors).toEqual([]);
  });

  test("passes numbers on as they were written, in one line, at one server", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start({ tools: ["echo"] });
    await hub.register("echo", upstream);
    const bridge = new Lines(hub.url, ["--server", "echo"]);
    await bridge.open();
    bridge.write(
      '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo","arguments":{"n":1.000000000000000000001,"big":123456789012345678901234567890}}}',
    );
    await bridge.answerTo("a");
    expect(upstream.bodies.join()).toContain(
      '"n":1.000000000000000000001,"big":123456789012345678901234567890',
    );
    bridge.write("this is no JSON");
    expect((await bridge.answerTo(null)).error?.code).toBe(-32_700);
    expect(bridge.raw.every((line) => line.startsWith("{"))).toBe(true);
    bridge.child.stdin.end();
    expect(await bridge.ended).toBe(0);
  });

  test("outlives a hub that is killed and comes back", async () => {
    const hub = await HubProcess.start(quick);
    closeLater(() => hub.stop());
    const upstream = await LegacyUpstream.start({ tools: ["echo"] });
    const register = () =>
      fetch(`${hub.url}/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "echo", endpoint: upstream.endpoint, transport: "http" }),
      });
    await register();
    const bridge = new Lines(hub.url);
    await bridge.open();
    const call = (id: number) =>
      bridge.send({ id, method: "tools/call", params: { name: "echo__echo", arguments: {} } });
    await until("the first call to work", async () => {
      const id = bridge.lines.length + 100;
      call(id);
      return (await bridge.answerTo(id)).error === undefined;
    });
    await hub.program.kill("SIGKILL");
    call(5_000);
    // The first one may have gone out on a connection that was there already.
    let next = 20_000;
    await until("it to say that the hub is away", () => {
      call(next);
      next += 1;
      return bridge.errors.includes("is not reached");
    });
    await hub.restart();
    await until("a call to work again", async () => {
      const id = bridge.lines.length + 10_000;
      call(id);
      return (await bridge.answerTo(id)).error === undefined;
    });
    expect((await bridge.answerTo(5_000)).id).toBe(5_000);
    expect(
      bridge.errors
        .trim()
        .split("\n")
        .every((line) => line.startsWith("mcp-hub stdio: ")),
    ).toBe(true);
  });

  test("opens a session again that the hub has forgotten, and tells the client to read its lists", async () => {
    const upstream = await LegacyUpstream.start({ tools: ["echo"] });
    const port = await freePort();
    const first = await TestHub.start({ port });
    await first.register("echo", upstream);
    const bridge = new Lines(`http://127.0.0.1:${port}`);
    await bridge.open();
    bridge.send({ id: 1, method: "tools/call", params: { name: "echo__echo", arguments: {} } });
    await bridge.answerTo(1);
    await first.stop();
    // Another hub, with nothing of the first one's data.
    const second = await TestHub.start({ port });
    await second.register("echo", upstream);
    bridge.send({ id: 2, method: "tools/call", params: { name: "echo__echo", arguments: {} } });
    expect((await bridge.answerTo(2)).error).toBeUndefined();
    await until("the lists to be said to have changed", () =>
      bridge.lines.some(({ method }) => method === "notifications/tools/list_changed"),
    );
  });

  test("answers with an error when no hub comes, and works once there is one", async () => {
    const port = await freePort();
    const bridge = new Lines(`http://127.0.0.1:${port}`, ["--wait", "1"]);
    const { error } = await bridge.open();
    expect(error?.message).toContain("was not reached for 1 s: the connection was refused");
    expect(error?.message).toContain("did not run");
    await TestHub.start({ port });
    bridge.send({
      id: 7,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: me },
    });
    expect((await bridge.answerTo(7)).result).toBeDefined();
  });

  test("a request waits for a hub that is away as long as it is told, whatever was sent before it", async () => {
    const bridge = new Lines(`http://127.0.0.1:${await freePort()}`, ["--wait", "2"]);
    const begin = performance.now();
    for (let progress = 0; progress < 10; progress += 1)
      bridge.send({ method: "notifications/progress", params: { progressToken: 1, progress } });
    bridge.send({ id: 1, method: "tools/list" });
    expect(await bridge.answerTo(1)).toMatchObject({ error: { code: -31001 } });
    // One after the other, they would take 20 s.
    expect(performance.now() - begin).toBeLessThan(15_000);
  });

  test("says what a wrong address answers, and refuses a wrong use", async () => {
    const hub = await TestHub.start();
    const bridge = new Lines(hub.url, ["--toolset", "nothing"]);
    const { error } = await bridge.open();
    expect(error?.message).toContain("nothing");
    const wrong = new Lines(hub.url, ["--toolset", "a", "--server", "b"]);
    expect(await wrong.ended).toBe(2);
    expect(wrong.raw).toEqual([]);
    expect(wrong.errors).toContain("--toolset cannot be combined");
  });

  test.each(["--token-file", "MCP_HUB_TOKEN_FILE"])(
    "sends the token that is in the file of %s at that moment",
    async (named) => {
      const hub = await TestHub.start({ access: knownTokens({ agent: [{ action: "call" }] }) });
      const folder = mkdtempSync(join(tmpdir(), "mcp-hub-stdio-"));
      closeLater(() => rmSync(folder, { recursive: true, force: true }));
      const file = join(folder, "token");
      writeFileSync(file, "agent\n");
      const bridge = named.startsWith("--")
        ? new Lines(hub.url, [named, file])
        : new Lines(hub.url, [], { [named]: file });
      const discover = (id: number) => {
        bridge.send({
          id,
          method: "server/discover",
          params: {
            _meta: {
              [metaKey("protocolVersion")]: modernVersion,
              [metaKey("clientCapabilities")]: {},
            },
          },
        });
        return bridge.answerTo(id);
      };
      expect((await discover(1)).error).toBeUndefined();
      writeFileSync(file, "another");
      expect((await discover(2)).error?.data).toMatchObject({ hubError: "UNAUTHENTICATED" });
      writeFileSync(file, "two words");
      expect((await discover(3)).error?.message).toContain(`${named}: ${file} holds no token`);
      rmSync(file);
      const missing = (await discover(4)).error;
      expect(missing?.code).toBe(-31_001);
      expect(missing?.message).toMatch(`There is no token for the hub at ${hub.url}/mcp: ${named}`);
      expect(missing?.message).toContain("It did not run.");
      writeFileSync(file, "agent");
      expect((await discover(5)).error).toBeUndefined();
    },
  );

  test("ends at once when the file that --token-file names is of no use", async () => {
    const nowhere = new Lines("http://127.0.0.1:9", ["--token-file", "/nowhere/token"]);
    expect([await nowhere.ended, nowhere.raw]).toEqual([2, []]);
    expect(nowhere.errors).toContain("--token-file: ENOENT");
  });

  test("passes on what the hub says by itself, and cancels at the server", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start({ tools: ["slow"] });
    upstream.on("slow", () => new Promise(() => {}));
    await hub.register("slow", upstream);
    const bridge = new Lines(hub.url);
    await bridge.open();
    bridge.send({
      id: "call",
      method: "tools/call",
      params: { name: "slow__slow", arguments: {} },
    });
    await until("the call to arrive", () => upstream.calls.length > 0);
    bridge.send({ method: "notifications/cancelled", params: { requestId: "call" } });
    await until("the server to hear of it", () => upstream.calls[0]?.isCancelled === true);
    await hub.register("more", await LegacyUpstream.start());
    await until("the change to be said", () =>
      bridge.lines.some(({ method }) => method === "notifications/tools/list_changed"),
    );
    expect(bridge.lines.some(({ id }) => id === "call")).toBe(false);
  });

  test("ends the connection of a call of 2026-07-28 that is cancelled", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["slow"] });
    upstream.on("slow", () => new Promise(() => {}));
    await hub.register("slow", upstream);
    const client = new V2Client(me, { versionNegotiation: { mode: "auto" } });
    await client.connect(new V2Transport(command(hub.url)));
    closeLater(() => client.close());
    const stopped = new AbortController();
    const call = client.callTool({ name: "slow__slow", arguments: {} }, { signal: stopped.signal });
    await until("the call to arrive", () => upstream.calls.length > 0);
    stopped.abort();
    await expect(call).rejects.toThrow();
    await until("the server to hear of it", () => upstream.calls[0]?.isClosed === true);
  });

  test("refuses a line that is too long, and goes on", async () => {
    const hub = await TestHub.start();
    const bridge = new Lines(hub.url);
    await bridge.open();
    bridge.send({
      id: 9,
      method: "tools/call",
      params: { name: "x", arguments: { text: "x".repeat(17 * 1024 * 1024) } },
    });
    expect((await bridge.answerTo(9)).error?.message).toContain("more than 16777216 bytes");
    bridge.send({
      id: 10,
      method: "tools/call",
      params: { name: "x", arguments: { text: "x".repeat(5 * 1024 * 1024) } },
    });
    expect((await bridge.answerTo(10)).error).toBeDefined();
    bridge.send({ id: 11, method: "tools/list" });
    expect((await bridge.answerTo(11)).result).toBeDefined();
  });

  test("ends when its client is gone, also in the middle of a call", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start({ tools: ["slow"] });
    upstream.on("slow", () => new Promise(() => {}));
    await hub.register("slow", upstream);
    const bridge = new Lines(hub.url);
    await bridge.open();
    bridge.send({ id: 1, method: "tools/call", params: { name: "slow__slow", arguments: {} } });
    await until("the call to arrive", () => upstream.calls.length > 0);
    bridge.child.stdin.end();
    expect(await bridge.ended).toBe(0);
  });
});
