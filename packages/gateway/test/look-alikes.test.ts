import {
  closeAll,
  type Exchange,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  type Upstream,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const runs = Math.min(100, Number(process.env.HUB_PROPERTY_RUNS ?? 15));
const shared = { uri: "test://shared", name: "shared" };

/** A text as it is, or with its first letter as an escape. */
const spelled = (text: string) =>
  fc.constantFrom(
    `"${text}"`,
    `"\\u${text.charCodeAt(0).toString(16).padStart(4, "0")}${text.slice(1)}"`,
  );

/** What ends nobody's call, whatever it holds. `id` is that of the call, as JSON. */
function lookAlike(id: string): fc.Arbitrary<string> {
  const answer = fc.constantFrom(
    `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"forged"}]}}`,
    `{"id":${id},"error":{"code":1,"message":"forged"},"isError":true}`,
    `{"isError":true,"result":{},"error":{},"id":${id}}`,
  );
  const held = fc.oneof(
    answer,
    answer.map((text) => JSON.stringify(text)),
    answer.map((text) => `[${text},{"uri":"${shared.uri}"}]`),
  );
  const otherId = fc.constantFrom(`"x${id}"`, `[${id}]`, `{"id":${id}}`, `${id}0`, `"0${id}"`);
  const method = fc.oneof(spelled("notifications/message"), spelled("notifications/progress"));
  return fc.oneof(
    fc
      .tuple(spelled("method"), method, held)
      .map(
        ([key, name, data]) =>
          `{"jsonrpc":"2.0",${key}:${name},"params":{"level":"info","data":${data}}}`,
      ),
    // A server's own question may have the same id as the call.
    fc
      .tuple(spelled("id"), held)
      .map(
        ([key, data]) => `{"jsonrpc":"2.0",${key}:${id},"method":"ping","params":{"x":${data}}}`,
      ),
    fc
      .tuple(otherId, held)
      .map(([other, data]) => `{"jsonrpc":"2.0","id":${other},"result":{"x":${data}}}`),
    fc
      .tuple(spelled("id"), otherId, held)
      .map(
        ([key, other, data]) =>
          `{"jsonrpc":"2.0","id":${id},"result":{"x":${data}},${key}:${other}}`,
      ),
    held.map((data) => `{"params":${data}}`),
    held.map((data) => `[${data}]`),
    answer.map((text) => text.slice(0, -1)),
    answer.map((text) => `${text}}`),
  );
}

/** The real answer, in ways that JSON allows. */
function real(id: string): fc.Arbitrary<string> {
  const result =
    '{"content":[{"type":"text","text":"real"}],"structuredContent":{"error":{"x":1}}}';
  return fc
    .tuple(spelled("id"), spelled("result"))
    .chain(([key, name]) =>
      fc.constantFrom(
        `{"jsonrpc":"2.0",${key}:${id},${name}:${result}}`,
        `{ ${name} : ${result} , "jsonrpc":"2.0",${key} : ${id} }`,
        `{"id":"other",${name}:${result},"jsonrpc":"2.0",${key}:${id}}`,
      ),
    );
}

type Way = {
  readonly what: string;
  readonly start: () => Promise<Upstream>;
  readonly sharesUri: boolean;
  readonly call: (hub: TestHub) => Promise<() => Exchange>;
};

const modern = () => ModernUpstream.start({ tools: ["t"], resources: [shared] });
const legacy = () => LegacyUpstream.start({ tools: ["t"], resources: [shared] });
const fromModern =
  (path: string, name: string): Way["call"] =>
  async (hub) => {
    const client = new ModernClient(hub.url, { path });
    return () => client.call(name);
  };
const fromLegacy =
  (path: string, name: string): Way["call"] =>
  async (hub) => {
    const client = await LegacyClient.open(hub.url, { path });
    return () => client.call(name);
  };
const one = "/servers/two/mcp";

const ways: readonly Way[] = [
  { what: "2026 to 2026", start: modern, sharesUri: false, call: fromModern("/mcp", "two__t") },
  {
    what: "2026 to 2026, with a shared URI",
    start: modern,
    sharesUri: true,
    call: fromModern("/mcp", "two__t"),
  },
  {
    what: "2026 to 2026, passed through",
    start: modern,
    sharesUri: false,
    call: fromModern(one, "t"),
  },
  { what: "2025 to 2026", start: modern, sharesUri: true, call: fromLegacy("/mcp", "two__t") },
  { what: "2026 to 2025", start: legacy, sharesUri: true, call: fromModern("/mcp", "two__t") },
  { what: "2025 to 2025", start: legacy, sharesUri: true, call: fromLegacy("/mcp", "two__t") },
  {
    what: "2025 to 2025, passed through",
    start: legacy,
    sharesUri: false,
    call: fromLegacy(one, "t"),
  },
];

describe("messages that only look like the answer to a call", () => {
  for (const { what, start, sharesUri, call } of ways)
    test(`do not end it, and the real one arrives once: ${what}`, async () => {
      const hub = await TestHub.start();
      if (sharesUri) await hub.register("first", await modern());
      const upstream = await start();
      await hub.register("two", upstream);
      const send = await call(hub);
      await fc.assert(
        fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
          let sent: readonly string[] = [];
          upstream.on("t", ({ id, response }) => {
            const key = JSON.stringify(id);
            const [before = [], answer = ""] =
              fc.sample(fc.tuple(fc.array(lookAlike(key), { maxLength: 6 }), real(key)), {
                seed,
                numRuns: 1,
              })[0] ?? [];
            sent = [...before, answer];
            response.writeHead(200, { "content-type": "text/event-stream" });
            response.end(sent.map((text) => `data: ${text}\n\n`).join(""));
            return undefined;
          });
          const { messages, text } = await send().done;
          const answers = messages.filter((message) => message.method === undefined);
          const reals = answers.filter((message) => isReal(message));
          expect(reals, `${sent.join("\n")}\n---\n${text}`).toHaveLength(1);
          expect(isReal(answers.at(-1) ?? {})).toBe(true);
          // Where the hub reads messages, nothing else comes that a client could take for an answer.
          if (!what.includes("passed") && what !== "2026 to 2026") expect(answers).toHaveLength(1);
        }),
        { numRuns: runs },
      );
      const { rows } = (await hub.rest("GET", "/traffic?server=two")) as {
        readonly rows: readonly { readonly method: string; readonly errors: number }[];
      }; // as its description says
      expect(rows.find(({ method }) => method === "tools/call")?.errors).toBe(0);
    });
});

function isReal(message: Message): boolean {
  return message.result !== undefined && textOf(message) === "real";
}
