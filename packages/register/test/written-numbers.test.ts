import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubStub } from "./support/hub-stub.js";
import { cliPath, fixture, Running } from "./support/processes.js";

let hub: HubStub;
let cli: Running | undefined;

beforeEach(async () => {
  hub = await new HubStub().start();
});
afterEach(async () => {
  cli?.child.kill("SIGKILL");
  await hub.stop();
});

/** Serves the command that keeps what it is sent as text. Returns the URL. */
async function wrap(...options: string[]): Promise<string> {
  const args = [cliPath, ...options, "--", process.execPath, fixture("written-server.mjs")];
  cli = new Running(process.execPath, args, { MCP_HUB_URL: hub.url });
  return cli.says(/serving .* at (\S+)/);
}

const accept = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

/** The messages of an answer, as they were written. */
async function post(url: string, headers: Readonly<Record<string, string>>, body: string) {
  const response = await fetch(url, { method: "POST", headers: { ...accept, ...headers }, body });
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.includes("event-stream") === true;
  const messages = isStream
    ? [...text.matchAll(/^data: ?(.+)$/gm)].map(([, data = ""]) => data)
    : [text];
  return { messages, session: response.headers.get("mcp-session-id") ?? "" };
}

type Caller = (call: { id: string; list: string; token?: string }) => Promise<readonly string[]>;

async function legacyCaller(url: string): Promise<Caller> {
  const params =
    '{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}';
  const { session } = await post(
    url,
    {},
    `{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`,
  );
  const headers = { "mcp-session-id": session };
  await post(url, headers, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return async ({ id, list, token }) => {
    const meta = token === undefined ? "" : `"_meta":{"progressToken":${token}},`;
    const called = `{${meta}"name":"show","arguments":{"list":${list}}}`;
    const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${called}}`;
    return (await post(url, headers, body)).messages;
  };
}

async function modernCaller(url: string): Promise<Caller> {
  const key = (name: string) => `io.modelcontextprotocol/${name}`;
  const headers = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "show",
  };
  return async ({ id, list, token }) => {
    const progress = token === undefined ? "" : `"progressToken":${token},`;
    const meta = `{${progress}"${key("protocolVersion")}":"2026-07-28","${key("clientInfo")}":{"name":"c","version":"1"},"${key("clientCapabilities")}":{}}`;
    const called = `{"name":"show","arguments":{"list":${list}},"_meta":${meta}}`;
    const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${called}}`;
    return (await post(url, headers, body)).messages;
  };
}

/** Numbers as programs write them, many of which JavaScript does not keep. */
const writtenNumber = fc.oneof(
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
  fc.tuple(fc.nat(), fc.nat(1_000)).map(([a, b]) => `${a}.${b}0`),
  fc.tuple(fc.integer(), fc.integer({ min: -400, max: 400 })).map(([a, e]) => `${a}E${e}`),
  fc.constantFrom("1.0", "-0", "0.10", "1e2", "1e400", "725653563933458433"),
);

const callers = { "2025": legacyCaller, "2026-07-28": modernCaller };

describe.each([
  ["a process for each session", []],
  ["one process for all", ["--shared"]],
])("with %s", (_title, options) => {
  test.each(["2025", "2026-07-28"] as const)(
    "numbers of a %s client reach the command and come back as they were written",
    async (era) => {
      const call = await callers[era](await wrap(...options));
      await fc.assert(
        fc.asyncProperty(
          fc.array(writtenNumber, { minLength: 1, maxLength: 5 }),
          async (numbers) => {
            const list = `[${numbers.join(",")}]`;
            const answer = (await call({ id: "7", list })).at(-1) ?? "";
            expect(answer).toContain(`"structuredContent":{"list":${list}}`);
            expect(JSON.parse(answer).result.content[0].text).toBe(`{"list":${list}}`);
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  test.each(["2025", "2026-07-28"] as const)(
    "so do the ids and progress tokens of a %s client",
    async (era) => {
      const call = await callers[era](await wrap(...options));
      for (const id of ["12345678901234567890", "12345678901234567891", "1.0", "-0", '"1.0"']) {
        const messages = await call({ id, list: "[1]", token: id });
        expect(messages.at(-1)).toContain(`"id":${id}`);
        expect(messages[0]).toContain(`"progressToken":${id}`);
        expect(JSON.parse(messages[0] ?? "").params).toMatchObject({ progress: 1, total: 10 });
      }
    },
  );

  test("what a 2026-07-28 client checks as a number is one", async () => {
    const call = await modernCaller(await wrap(...options));
    const [progress = "", answer = ""] = await call({ id: "1", list: "[1.0]", token: '"t"' });
    expect(JSON.parse(progress).params).toMatchObject({ progress: 1, total: 10 });
    expect(JSON.parse(answer).result.content[1]).toMatchObject({
      size: 2,
      annotations: { priority: 0.5 },
    });
  });
});

test("definitions are listed as they were written, to clients and in what the hub is told of them", async () => {
  const url = await wrap();
  const key = (name: string) => `io.modelcontextprotocol/${name}`;
  const meta = `{"${key("protocolVersion")}":"2026-07-28","${key("clientInfo")}":{"name":"c","version":"1"},"${key("clientCapabilities")}":{}}`;
  const { messages } = await post(
    url,
    { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" },
    `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${meta}}}`,
  );
  expect(messages[0]).toContain('"minimum":1.0,"maximum":12345678901234567890');
});
