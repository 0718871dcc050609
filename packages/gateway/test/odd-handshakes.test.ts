import { codes, legacyVersions, metaKeys, modernVersion } from "@hub/mcp";
import { closeAll, type Message, ModernUpstream, type Payload, TestHub } from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let hub: TestHub;

beforeAll(async () => {
  hub = await TestHub.start();
  await hub.register("young", await ModernUpstream.start({ tools: ["echo"] }));
});
afterAll(closeAll);

const post = async (message: Payload, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${hub.url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
  const text = await response.text();
  const said: Message = text === "" ? {} : JSON.parse(text.replace(/^data: /, ""));
  return { status: response.status, session: response.headers.get("mcp-session-id"), said };
};
const greeting = (protocolVersion: unknown): Payload => ({
  id: 1,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "odd", version: "1" } },
});

describe("a 2025 client's handshake", () => {
  test.each(legacyVersions)("in %s is answered in it", async (version) => {
    const { said, session } = await post(greeting(version));
    expect(said.result?.protocolVersion).toBe(version);
    expect(session).not.toBeNull();
  });

  test("in a revision that nobody knows is answered in the newest", async () => {
    const known = new Set([...legacyVersions, modernVersion]);
    const version = fc.string().filter((one) => !known.has(one));
    await fc.assert(
      fc.asyncProperty(version, async (asked) => {
        const { said } = await post(greeting(asked));
        expect(said.result?.protocolVersion).toBe(legacyVersions[0]);
      }),
      { numRuns: 20 },
    );
  });

  test.each([[undefined], [null], [20250618], [["2025-06-18"]]])(
    "with %j for its revision opens no session",
    async (version) => {
      const { status, said, session } = await post(greeting(version));
      expect([status, said.error?.code, session]).toEqual([200, codes.invalidParams, null]);
    },
  );

  test("may be followed by calls before it says that it is done", async () => {
    const { session } = await post(greeting("2025-06-18"));
    const { status, said } = await post(
      { id: 2, method: "tools/call", params: { name: "young__echo", arguments: { a: 1 } } },
      { "mcp-session-id": String(session) },
    );
    expect(status).toBe(200);
    expect(said.id).toBe(2);
  });

  test("comes first: without a session there is nothing to call", async () => {
    for (const method of ["tools/list", "tools/call", "ping", "logging/setLevel"]) {
      const { status, said } = await post({ id: 3, method, params: {} });
      expect([method, status, said.error?.code]).toEqual([method, 400, codes.badRequest]);
    }
    expect((await post({ method: "notifications/initialized" })).status).toBe(400);
  });

  test("is for one session: a revision that this did not agree on is refused there", async () => {
    const { session } = await post(greeting("2025-06-18"));
    const { status, said } = await post(
      { id: 4, method: "ping" },
      { "mcp-session-id": String(session), "mcp-protocol-version": "1999-01-01" },
    );
    expect(status).toBe(400);
    expect(said.error?.message).toContain(legacyVersions.join(", "));
  });
});

describe("a request of 2026-07-28", () => {
  const meta = {
    [metaKeys.protocolVersion]: modernVersion,
    [metaKeys.clientCapabilities]: {},
  };
  const headers = { "mcp-protocol-version": modernVersion, "mcp-method": "tools/list" };
  const list = (more: Payload = {}): Payload => ({
    id: 5,
    method: "tools/list",
    params: { _meta: { ...meta, ...more } },
  });

  test("needs no handshake", async () => {
    expect((await post(list(), headers)).said.result?.tools).toBeDefined();
  });

  test.each([
    ["no revision in its header", { ...headers, "mcp-protocol-version": "" }, "is"],
    [
      "another revision in its header",
      { ...headers, "mcp-protocol-version": "2025-11-25" },
      "says",
    ],
    ["another method in its header", { ...headers, "mcp-method": "tools/call" }, "says"],
    ["no method in its header", { "mcp-protocol-version": modernVersion }, "missing"],
  ])("with %s is refused", async (_, given, said) => {
    const answer = await post(list(), given);
    expect(answer.status).toBe(400);
    expect(answer.said.error).toMatchObject({ code: codes.headerMismatch });
    expect(answer.said.error?.message).toContain(said);
  });

  test("in a revision of the future is told which there are", async () => {
    const future = "2099-01-01";
    const answer = await post(list({ [metaKeys.protocolVersion]: future }), {
      ...headers,
      "mcp-protocol-version": future,
    });
    expect(answer.status).toBe(400);
    expect(answer.said.error).toMatchObject({
      code: codes.unsupportedVersion,
      data: { supported: [modernVersion], requested: future },
    });
  });

  test.each([[undefined], [null], [[]], ["all"]])(
    "with %j for what its client can do is refused",
    async (capabilities) => {
      const answer = await post(list({ [metaKeys.clientCapabilities]: capabilities }), headers);
      expect(answer.status).toBe(400);
      expect(answer.said.error?.code).toBe(codes.invalidParams);
    },
  );

  test("names what it calls in a header as in its body", async () => {
    const call = { id: 6, method: "tools/call", params: { _meta: meta, name: "young__echo" } };
    const named = (name: string | undefined) =>
      post(call, {
        ...headers,
        "mcp-method": "tools/call",
        ...(name === undefined ? {} : { "mcp-name": name }),
      });
    expect((await named("young__echo")).said.result).toBeDefined();
    expect((await named(`=?base64?${btoa("young__echo")}?=`)).said.result).toBeDefined();
    for (const other of [undefined, "young__other", "=?base64?%%?="])
      expect((await named(other)).said.error?.code).toBe(codes.headerMismatch);
  });
});
