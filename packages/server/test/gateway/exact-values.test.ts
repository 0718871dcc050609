import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { LegacyClient } from "./support/clients.js";
import { Exchange } from "./support/exchange.js";
import { LegacyUpstream } from "./support/legacy-upstream.js";
import { metaKey, modernVersion } from "./support/messages.js";
import { ModernUpstream } from "./support/modern-upstream.js";
import { TestHub } from "./support/test-hub.js";
import { closeAll } from "./support/wait.js";

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
