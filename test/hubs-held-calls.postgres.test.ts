import { request as httpRequest } from "node:http";
import {
  gate,
  type HubProcess,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  type Params,
  type Payload,
  textResult,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { describe, expect, test } from "vitest";
import { hubsAt, lists, SeveralHubs, withPeers } from "./support/several-hubs.js";

const hubs = SeveralHubs.forTests();

const capabilities = { elicitation: { form: {} } };
const color = { action: "accept", content: { color: "green" } };
const question = {
  mode: "form",
  message: "Which colour?",
  requestedSchema: { type: "object", properties: { color: { type: "string" } } },
};
const path = "/mcp?revision=2026-07-28";
const heldElsewhere = -31_009;

type Hubs = readonly [HubProcess, HubProcess, HubProcess];

/** Hubs with a 2025 server whose tool asks its client in the middle. */
async function start(count: number, env: Parameters<SeveralHubs["start"]>[1] = withPeers) {
  const all = (await hubs.start(count, env)) as unknown as Hubs;
  const upstream = await LegacyUpstream.start({ tools: ["asks", "echo"] });
  const body = { name: "Old", transport: "http", endpoint: upstream.endpoint };
  expect((await all[0].register(body)).status).toBe(201);
  for (const hub of all) await lists(hub, "old__asks");
  return { all, upstream };
}

const askedColour = async (call: UpstreamCall) => {
  const { content } = await call.ask("elicitation/create", question);
  return textResult(String((content as Payload).color));
};

const at = (hub: HubProcess, token?: string) =>
  new ModernClient(hub.url, { path, capabilities, token });

/** What a client sends to go on after a question. */
function answers(asked: Message, answer: Payload = color): Params {
  const { result } = asked;
  expect(asked).toMatchObject({ result: { resultType: "input_required" } });
  const { requestState, inputRequests } = result as Params;
  const keys = Object.keys(inputRequests as object); // what an input-required result has
  return { requestState, inputResponses: Object.fromEntries(keys.map((key) => [key, answer])) };
}

const call = (hub: HubProcess, more: Params = {}) =>
  at(hub)
    .call("old__asks", {}, more)
    .done.then(({ response }) => response);

describe("a call of a 2026-07-28 client that a 2025 server asks in", () => {
  test("goes on at whichever hub gets the answer, through as many rounds as it has", async () => {
    const { all, upstream } = await start(3);
    upstream.on("asks", async (one) => {
      const said: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const { content } = await one.ask("elicitation/create", question);
        said.push(String((content as Payload).color));
      }
      return textResult(said.join(" "));
    });
    let asked = await call(all[0]);
    for (const [hub, said] of [
      [all[1], "red"],
      [all[2], "green"],
    ] as const)
      asked = await call(hub, answers(asked, { action: "accept", content: { color: said } }));
    const last = answers(asked, { action: "accept", content: { color: "blue" } });
    const { result } = await call(all[1], last);
    expect(result?.content).toEqual([{ type: "text", text: "red green blue" }]);
    // What was used is used at every hub.
    for (const hub of all) expect((await call(hub, last)).error?.code).toBe(-32_602);
    expect(upstream.calls.filter(({ method }) => method === "tools/call")).toHaveLength(1);
  });

  test("brings its progress to where its client waits, and ends when that leaves", async () => {
    const { all, upstream } = await start(2);
    const [first, second] = all;
    upstream.on("asks", async (one) => {
      await one.ask("elicitation/create", question);
      one.progress(1, "half");
      await until("the end", () => one.isCancelled);
      return textResult("never heard");
    });
    const asked = await call(first, { _meta: { progressToken: "one" } });
    const rest = at(second).call(
      "old__asks",
      {},
      {
        ...answers(asked),
        _meta: { progressToken: "two" },
      },
    );
    const heard = await until("progress", () =>
      rest.messages.find(({ method }) => method === "notifications/progress"),
    );
    expect(heard.params).toMatchObject({ progressToken: "two", message: "half" });
    rest.close();
    await until("the server to hear of it", () => upstream.calls.some((one) => one.isCancelled));
  });

  test("is lost with its hub, and its client hears that it may have run", async () => {
    const { all, upstream } = await start(2);
    const [first, second] = all;
    upstream.on("asks", askedColour);
    const asked = await call(first);
    await first.program.kill("SIGKILL");
    const { error } = await call(second, answers(asked));
    expect(error).toMatchObject({
      code: heldElsewhere,
      data: { hubError: "HELD_ELSEWHERE", mayHaveRun: true },
    });
    expect(error?.message).toContain("may have run");
    await until("the dead hub to be forgotten or silent", async () =>
      (await hubsAt(second)).every(({ isSelf, state }) => isSelf || state === "silent"),
    );
    expect((await call(second, answers(asked))).error?.code).toBe(heldElsewhere);
    // A new hub in its place is another one.
    await first.restart();
    const again = await call(first, answers(asked));
    expect(again.error).toMatchObject({ code: heldElsewhere, data: { mayHaveRun: true } });
  });

  test("waits on where no hub can pass answers on, and its client hears what to do", async () => {
    const { all, upstream } = await start(2, {});
    upstream.on("asks", askedColour);
    const asked = await call(all[0]);
    const { error } = await call(all[1], answers(asked));
    expect(error).toMatchObject({ code: heldElsewhere, data: { mayHaveRun: true } });
    expect(error?.message).toContain("MCP_HUB_PEER_URL");
    expect((await call(all[0], answers(asked))).result?.content).toEqual([
      { type: "text", text: "green" },
    ]);
  });

  const listensNoMore = (hub: HubProcess) =>
    until("the hub to listen no more", () =>
      fetch(`${hub.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );

  test("ends well although its hub is told to stop before its server asks", async () => {
    const { all, upstream } = await start(2);
    const [first, second] = all;
    const begun = gate();
    upstream.on("asks", async (one) => {
      await begun.opened;
      return askedColour(one);
    });
    const asking = call(first);
    await until("the call to run", () => upstream.callsOf("asks").length === 1);
    first.program.child.kill("SIGTERM");
    await listensNoMore(first);
    begun.open();
    expect(await call(second, answers(await asking))).toMatchObject({
      result: { content: [{ type: "text", text: "green" }] },
    });
    expect(await first.program.ended).toEqual({ code: 0, signal: null });
  });

  test("ends well although its hub is told to stop while its client thinks", async () => {
    const { all, upstream } = await start(2);
    const [first, second] = all;
    upstream.on("asks", askedColour);
    const asked = await call(first);
    first.program.child.kill("SIGTERM");
    await listensNoMore(first);
    expect(await call(second, answers(asked))).toMatchObject({
      result: { content: [{ type: "text", text: "green" }] },
    });
    expect(await first.program.ended).toEqual({ code: 0, signal: null });
  });
});

describe("a call of a 2025 client", () => {
  test("hears the answers, and the end, that its client sends to another hub", async () => {
    const { all, upstream } = await start(2);
    const [first, second] = all;
    upstream.on("asks", askedColour);
    upstream.on("echo", async (one) => {
      one.progress(1, "begun");
      await until("the end", () => one.isCancelled);
      return textResult("never heard");
    });
    const client = await LegacyClient.open(first.url, { capabilities });
    const elsewhere = client.at(second.url);
    for (let turn = 0; turn < 2; turn += 1) {
      const running = client.call("old__asks");
      const asked = await until("the question", () =>
        running.messages.find(({ method }) => method === "elicitation/create"),
      );
      expect(await elsewhere.answer(asked.id, color)).toBe(202);
      expect((await running.done).response.result?.content).toEqual([
        { type: "text", text: "green" },
      ]);
    }
    const long = client.call("old__echo", {}, { id: 4_711, _meta: { progressToken: "p" } });
    await until("the call to run", () => long.messages.length > 0);
    expect(await elsewhere.notify("notifications/cancelled", { requestId: 4_711 })).toBe(202);
    await until("the server to hear of it", () => upstream.calls.some((one) => one.isCancelled));
  });
});

describe("the door between hubs", () => {
  /** A request as another program would send it. */
  function knock(
    url: URL,
    headers: Readonly<Record<string, string>>,
    text = "{}",
    method = "POST",
  ) {
    return new Promise<number>((resolve, reject) => {
      const sent = httpRequest(url, { method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }

  test("opens for nobody without the key, and for nothing of what hubs answer to others", async () => {
    const { all } = await start(2);
    const seen = await hubsAt(all[0]);
    for (const { address } of seen) {
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      for (const asked of ["/peer", "/mcp", "/servers", "/healthz", "/"])
        for (const method of ["GET", "POST"]) {
          const url = new URL(asked, address);
          expect([asked, method, await knock(url, {}, "", method)]).toEqual([asked, method, 401]);
          const made = { "mcp-hub-peer": `${seen[0]?.id} ${Date.now()} nonce digest mac` };
          expect(await knock(url, made, "", method)).toBe(401);
        }
    }
    // Nor is the door among what everybody may ask.
    for (const hub of all)
      expect((await fetch(`${hub.url}/peer`, { method: "POST", body: "{}" })).status).toBe(404);
    await until("the hub to say so", () => all[0].program.output.includes("peer-refused"));
  });
});
