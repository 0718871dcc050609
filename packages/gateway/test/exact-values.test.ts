import {
  answerWritten,
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernUpstream,
  metaKey,
  modernVersion,
  TestHub,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };

/** Numbers as programs write them, many of which JavaScript does not keep. */
const writtenNumber = fc.oneof(
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat(1_000)).map(([a, b]) => `${a}.${b}0`),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -400, max: 400 }))
    .map(([a, e]) => `${a}.0E${e}`),
  fc.constantFrom("1.0", "-0", "0.10", "1e2", "12345678901234567890"),
);
/** Arguments as JSON: what matters is that they cross as they are, spaces and all. */
const writtenArguments = fc
  .tuple(fc.array(writtenNumber, { maxLength: 5 }), fc.constantFrom("", " ", "\n"))
  .map(([numbers, gap]) => `{${gap}"list":[${numbers.join(`,${gap}`)}],"a":${gap}"\\u00e9/\\/"}`);

describe("arguments of calls", () => {
  for (const era of ["legacy", "modern"] as const)
    for (const path of ["/mcp", "/servers/one/mcp"])
      test(`reach a ${era} server at ${path} as its client of the same era wrote them`, async () => {
        const hub = await TestHub.start();
        const upstream =
          era === "legacy" ? await LegacyUpstream.start() : await ModernUpstream.start();
        await hub.register("one", upstream);
        const name = path === "/mcp" ? "one__echo" : "echo";
        const session =
          era === "legacy" ? (await LegacyClient.open(hub.url, { path })).sessionId : undefined;
        const meta = `"_meta":{"${metaKey("protocolVersion")}":"${modernVersion}","${metaKey("clientCapabilities")}":{}}`;
        const headers = {
          ...json,
          ...(session === undefined
            ? {
                "mcp-protocol-version": modernVersion,
                "mcp-method": "tools/call",
                "mcp-name": name,
              }
            : { "mcp-session-id": session }),
        };
        await fc.assert(
          fc.asyncProperty(writtenArguments, async (written) => {
            const more = era === "legacy" ? "" : `,${meta}`;
            const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${written}${more}}}`;
            const { response } = await new Exchange(`${hub.url}${path}`, { headers, body }).done;
            expect(response.result).toBeDefined();
            const called = upstream.bodies.findLast((one) => one.includes('"tools/call"'));
            expect(called).toContain(`"arguments":${written}`);
          }),
          { numRuns: 50 },
        );
      });
});

type Era = "legacy" | "modern";
const eras = ["legacy", "modern"] as const;

/** A hub with a server of one era, and the way to call a tool from a client of another, with everything as it is written. */
async function connect(client: Era, server: Era, path: string) {
  const hub = await TestHub.start();
  const upstream =
    server === "legacy" ? await LegacyUpstream.start() : await ModernUpstream.start();
  await hub.register("one", upstream);
  const session =
    client === "legacy" ? (await LegacyClient.open(hub.url, { path })).sessionId : undefined;
  const meta = `,"_meta":{"${metaKey("protocolVersion")}":"${modernVersion}","${metaKey("clientCapabilities")}":{}}`;
  const headersFor = (name: string): Record<string, string> =>
    session === undefined
      ? { "mcp-protocol-version": modernVersion, "mcp-method": "tools/call", "mcp-name": name }
      : { "mcp-session-id": session };
  return {
    upstream,
    /** The answer, as it is written. */
    async call(name: string, written: string): Promise<string> {
      const params = `{"name":"${name}","arguments":${written}${session === undefined ? meta : ""}}`;
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
      const headers = { ...json, ...headersFor(name) };
      const { text, response } = await new Exchange(`${hub.url}${path}`, { headers, body }).done;
      expect(response.result).toBeDefined();
      return text;
    },
    called: () => upstream.bodies.findLast((one) => one.includes('"tools/call"')),
  };
}

const members = (written: string) => `"content":[],"structuredContent":{"given":${written}}`;

describe("between the eras", () => {
  for (const [client, server] of [
    ["legacy", "modern"],
    ["modern", "legacy"],
  ] as const)
    for (const path of ["/mcp", "/servers/one/mcp"])
      test(`arguments and results of a ${client} client and a ${server} server cross ${path} as they were written`, async () => {
        const { upstream, call, called } = await connect(client, server, path);
        let answer = "";
        const type = server === "modern" ? ',"resultType":"complete"' : "";
        upstream.on("echo", (one) => answerWritten(one, `${answer}${type}`));
        await fc.assert(
          fc.asyncProperty(writtenArguments, async (written) => {
            answer = members(written);
            const text = await call(path === "/mcp" ? "one__echo" : "echo", written);
            expect(called()).toContain(`"arguments":${written}`);
            // An event has each line of a message behind a word of its own.
            expect(text.replaceAll("\ndata: ", "\n")).toContain(answer);
          }),
          { numRuns: 25 },
        );
      });
});

describe("hub__call_tool", () => {
  for (const client of eras)
    for (const server of eras)
      test(`hands the arguments of a ${client} client on to a ${server} server as they were written`, async () => {
        const { call, called } = await connect(client, server, "/mcp");
        await fc.assert(
          fc.asyncProperty(writtenArguments, async (written) => {
            await call(
              "hub__call_tool",
              `{"arguments":{"arguments":7},"name":"one__echo","arguments" : ${written}}`,
            );
            expect(called()).toContain(`"arguments":${written}`);
            expect(called()).toContain('"name":"echo"');
          }),
          { numRuns: 25 },
        );
      });

  test("mirrors a number into its header as it is written", async () => {
    const hub = await TestHub.start();
    const schema = {
      type: "object",
      properties: { id: { type: "integer", "x-mcp-header": "Id" } },
    };
    const upstream = await ModernUpstream.start({ tools: [{ name: "echo", inputSchema: schema }] });
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    for (const [name, given] of [
      ["one__echo", '{"id":12345678901234567890}'],
      ["hub__call_tool", '{"name":"one__echo","arguments":{"id":12345678901234567890}}'],
    ]) {
      const params = `{"name":"${name}","arguments":${given}}`;
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
      const headers = { ...json, "mcp-session-id": String(client.sessionId) };
      await new Exchange(`${hub.url}/mcp`, { headers, body }).done;
      expect(upstream.calls.at(-1)?.headers["mcp-param-id"]).toBe("12345678901234567890");
    }
  });
});
