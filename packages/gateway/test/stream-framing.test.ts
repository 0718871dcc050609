import { EventParser } from "@hub/mcp";
import {
  type Answer,
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  type UpstreamCall,
} from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** How a server writes the events of one answer. */
type Framing = {
  readonly before: readonly string[];
  readonly lineEnd: "\n" | "\r\n" | "\r";
  /** Bytes of each piece that it writes. */
  readonly size: number;
  /** Whether each line of the answer is a line of data of its own. */
  readonly isSplit: boolean;
  readonly hasSpace: boolean;
  readonly hasMark: boolean;
};

const text = "Grüße – 天気 ☔ 𝄞";
let framing: Framing;
let hub: TestHub;
let legacy: LegacyClient;

function answer(call: UpstreamCall, common: object): undefined {
  const { before, lineEnd, size, isSplit, hasSpace, hasMark } = framing;
  const result = { ...common, ...textResult(text) };
  const json = JSON.stringify({ jsonrpc: "2.0", id: call.id, result }, undefined, isSplit ? 1 : 0);
  const space = hasSpace ? " " : "";
  const data = json.split("\n").map((line) => `data:${space}${line}\n`);
  const whole = `${hasMark ? "\uFEFF" : ""}${before.join("")}${data.join("")}\n`;
  const bytes = Buffer.from(whole.replaceAll("\n", lineEnd));
  call.response.writeHead(200, { "content-type": "text/event-stream" });
  for (let at = 0; at < bytes.length; at += size)
    call.response.write(bytes.subarray(at, at + size));
  call.response.end();
  return undefined;
}

beforeAll(async () => {
  hub = await TestHub.start();
  const old = await LegacyUpstream.start({ name: "old", tools: ["say"] });
  const young = await ModernUpstream.start({ name: "young", tools: ["tell"] });
  old.on("say", (call) => answer(call, {}));
  young.on("tell", (call) => answer(call, { resultType: "complete" }));
  await hub.register("old", old);
  await hub.register("young", young);
  legacy = await LegacyClient.open(hub.url);
});
afterAll(closeAll);

const notice = (level: string) =>
  `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"${level}","data":"x"}}\n\n`;
const before = fc.array(
  fc.constantFrom(
    ": keep-alive\n\n",
    ":\n",
    "event: ping\n\n",
    "retry: 3000\n\n",
    "nonsense: x\n",
    "data:\n\n",
    "\n\n",
    notice("info"),
    notice("error"),
  ),
  { maxLength: 6 },
);
const framings: fc.Arbitrary<Framing> = fc.record({
  before,
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(10_000)),
  isSplit: fc.boolean(),
  hasSpace: fc.boolean(),
  hasMark: fc.boolean(),
});

/** The response in an answer, whose events may be written as the server wrote them. */
function responseIn({ headers, text: body }: Answer): Message {
  if (headers["content-type"]?.startsWith("application/json") === true) return JSON.parse(body);
  const messages = new EventParser(Number.POSITIVE_INFINITY)
    .push(Buffer.from(`${body}\n\n`))
    .flatMap(({ data = "" }): Message[] => (data === "" ? [] : [JSON.parse(data)]));
  return messages.find(({ result }) => result !== undefined) ?? {};
}

describe("an answer arrives however a server writes its events", () => {
  const modern = () => new ModernClient(hub.url);
  const ways = [
    ["a 2025 client, a 2025 server", async () => legacy.call("old__say").done],
    ["a 2025 client, a server of 2026-07-28", async () => legacy.call("young__tell").done],
    ["a client of 2026-07-28, a 2025 server", async () => modern().call("old__say").done],
    ["both of 2026-07-28", async () => modern().call("young__tell").done],
  ] as const;

  test.each(ways)("%s", async (_, call) => {
    await fc.assert(
      fc.asyncProperty(framings, async (given) => {
        framing = given;
        expect(textOf(responseIn(await call()))).toBe(text);
      }),
      { numRuns: 25 },
    );
  });

  test("and what it says before the answer reaches who wants it, in its order", async () => {
    framing = {
      before: [notice("debug"), ": hello\n\n", notice("info"), notice("error")],
      lineEnd: "\r\n",
      size: 3,
      isSplit: true,
      hasSpace: false,
      hasMark: true,
    };
    const levels = (messages: readonly { readonly params?: unknown }[]) =>
      messages.flatMap(({ params }) => {
        const level = (params as { readonly level?: string } | undefined)?.level; // as written above
        return level === undefined ? [] : [level];
      });
    const all = ["debug", "info", "error"];
    expect(levels((await legacy.call("old__say").done).messages)).toEqual(all);
    expect(levels((await legacy.call("young__tell").done).messages)).toEqual(all);
    const asking = (least: string) =>
      modern().call("old__say", {}, { _meta: { "io.modelcontextprotocol/logLevel": least } }).done;
    expect(levels((await asking("info")).messages)).toEqual(["info", "error"]);
    expect(levels((await modern().call("old__say").done).messages)).toEqual([]);
  });
});
