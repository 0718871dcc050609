import {
  closeAll,
  Exchange,
  gate,
  LegacyClient,
  type Message,
  ModernClient,
  type Payload,
  SseUpstream,
  TestHub,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const capabilities = { elicitation: { form: {} } };
const question = { message: "Sure?", requestedSchema: { type: "object" } };
const yes = { action: "accept", content: { sure: "yes" } };

async function withServer() {
  const hub = await TestHub.start();
  const upstream = await SseUpstream.start({ tools: ["echo", "slow", "asks"] });
  upstream.on("asks", async (call) => {
    return textResult(JSON.stringify(await call.ask("elicitation/create", question)));
  });
  await hub.register("sse", upstream, { transport: "sse" });
  return { hub, upstream };
}

const paths = [
  { path: "/mcp", prefix: "sse__" },
  { path: "/servers/sse/mcp", prefix: "" },
] as const;

/** Calls a tool and answers what its server asks, as clients of either era do. */
async function callAnswering(
  client: LegacyClient | ModernClient,
  name: string,
  answer: Payload,
): Promise<Message> {
  const { response } = await client.call(name).done;
  const { inputRequests, requestState } = response.result ?? {};
  if (client instanceof LegacyClient || inputRequests === undefined) return response;
  const keys = Object.keys(Object(inputRequests));
  const inputResponses = Object.fromEntries(keys.map((key) => [key, answer]));
  return (await client.call(name, {}, { requestState, inputResponses }).done).response;
}

for (const { path, prefix } of paths) {
  for (const era of ["2025", "2026"] as const) {
    const open = async ({ url }: TestHub) =>
      era === "2026"
        ? new ModernClient(url, { path, capabilities })
        : LegacyClient.open(url, { path, capabilities, onAsked: () => yes });

    describe(`a server of HTTP+SSE and a client of ${era} at ${path}`, () => {
      test("list and call, several calls at once", async () => {
        const { hub, upstream } = await withServer();
        const client = await open(hub);
        const { result } = await client.ask("tools/list");
        expect(JSON.stringify(result)).toContain(`"${prefix}slow"`);
        const answers = await Promise.all(
          [1, 2, 3, 4].map((one) => client.call(`${prefix}echo`, { one }).done),
        );
        expect(answers.map(({ response }) => textOf(response))).toEqual(
          [1, 2, 3, 4].map((one) => JSON.stringify({ one })),
        );
        expect(upstream.callsOf("echo")).toHaveLength(4);
      });

      test("progress comes with the call's own token and before its result", async () => {
        const { hub, upstream } = await withServer();
        const both = gate();
        upstream.on("slow", async (call) => {
          if (upstream.callsOf("slow").length === 2) both.open();
          await both.opened;
          call.progress(Number(call.given.one));
          return textResult("done");
        });
        const client = await open(hub);
        const answers = await Promise.all(
          [1, 2].map(
            (one) =>
              client.call(`${prefix}slow`, { one }, { _meta: { progressToken: `t${one}` } }).done,
          ),
        );
        for (const [index, { messages, response }] of answers.entries()) {
          expect(messages[0]?.params).toMatchObject({
            progressToken: `t${index + 1}`,
            progress: index + 1,
          });
          expect(messages).toHaveLength(2);
          expect(textOf(response)).toBe("done");
        }
      });

      test("the server asks in the middle of a call and gets its answer", async () => {
        const { hub, upstream } = await withServer();
        const response = await callAnswering(await open(hub), `${prefix}asks`, yes);
        expect(JSON.parse(textOf(response))).toEqual(yes);
        expect(upstream.callsOf("asks")).toHaveLength(1);
      });

      test("a call that is taken back is cancelled at the server", async () => {
        const { hub, upstream } = await withServer();
        upstream.on("slow", () => undefined);
        const client = await open(hub);
        const id = 77;
        const call =
          client instanceof LegacyClient
            ? client.call(`${prefix}slow`, {}, { id })
            : client.call(`${prefix}slow`);
        call.done.catch(() => undefined);
        await until("the call to arrive", () => upstream.callsOf("slow").length === 1);
        if (client instanceof LegacyClient)
          await client.notify("notifications/cancelled", { requestId: id });
        else call.close();
        await until("the server to hear of it", () => upstream.callsOf("slow")[0]?.isCancelled);
        expect(await hub.inFlight("sse")).toBe(0);
      });

      test("a stream that breaks fails the call, which may have run, and the next call has a new one", async () => {
        const { hub, upstream } = await withServer();
        upstream.on("slow", () => {
          upstream.breakStreams();
          return undefined;
        });
        const client = await open(hub);
        const { response } = await client.call(`${prefix}slow`).done;
        expect(response.error?.data).toMatchObject({
          hubError: "CONNECTION_LOST",
          mayHaveRun: true,
        });
        const next = await client.call(`${prefix}echo`, { one: 1 }).done;
        expect(textOf(next.response)).toBe('{"one":1}');
        expect(upstream.callsOf("slow")).toHaveLength(1);
      });

      test("an address at another origin is never dialled, and the call says that it did not run", async () => {
        const { hub, upstream } = await withServer();
        const other = await SseUpstream.start();
        const client = await open(hub);
        upstream.addressOf = (id) => `http://127.0.0.1:${other.port}/messages?session=${id}`;
        const { response } = await client.call(`${prefix}echo`).done;
        expect(response.error).toMatchObject({
          message: expect.stringContaining("another origin"),
          data: { hubError: "ANSWER_INVALID", mayHaveRun: false },
        });
        expect(other.log).toEqual([]);
      });
    });
  }
}

test("a session that the hub does not know is refused at the endpoint of an SSE server, and its stream never shown", async () => {
  const { hub } = await withServer();
  const url = `${hub.url}/servers/sse/mcp`;
  const accept = "application/json, text/event-stream";
  const status = async (method: string, headers: Readonly<Record<string, string>>) => {
    const body = method === "POST" ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : undefined;
    const type = { accept, "content-type": "application/json" };
    return (await new Exchange(url, { method, headers: { ...type, ...headers }, body }).done)
      .status;
  };
  for (const method of ["GET", "DELETE", "POST"])
    expect(await status(method, { "mcp-session-id": "hub-of-yesterday" })).toBe(404);
  expect(await status("GET", {})).toBe(405);
});

test("a session with an SSE server serves one client, and ends with it", async () => {
  const { hub, upstream } = await withServer();
  const [one, two] = [await LegacyClient.open(hub.url), await LegacyClient.open(hub.url)];
  await one.call("sse__echo").done;
  await one.call("sse__echo").done;
  await two.call("sse__echo").done;
  await new ModernClient(hub.url).call("sse__echo").done;
  const ids = upstream.callsOf("echo").map(({ sessionId }) => sessionId);
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(3);
  await one.end();
  await until("its stream to end", () => upstream.clientSessions.length === 1);
});
