import {
  closeAll,
  interceptMessages,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  RpcError,
  TestHub,
  type TestHubOptions,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const tools = ["good", "failing", "refusing", "dying", "slow"];

const eras = ["2025", "2026"] as const;
const cells = eras.flatMap((client) => eras.map((server) => ({ client, server })));

async function serve(era: (typeof eras)[number], options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const upstream: Upstream =
    era === "2026" ? await ModernUpstream.start({ tools }) : await LegacyUpstream.start({ tools });
  upstream
    .on("good", () => textResult("grüße"))
    .on("failing", () => ({ ...textResult("no"), isError: true }))
    .on("refusing", () => {
      throw new RpcError(-32_050, "its own words");
    })
    .on("dying", (call) => {
      call.response.destroy();
      return undefined;
    })
    .on("slow", () => undefined);
  await hub.register("one", upstream);
  return { hub, upstream };
}

type Client = LegacyClient | ModernClient;

function open(era: (typeof eras)[number], { url }: TestHub, path = "/mcp"): Promise<Client> {
  const options = { path, name: "desk" };
  return era === "2026"
    ? Promise.resolve(new ModernClient(url, options))
    : LegacyClient.open(url, options);
}

/** What the hub counted for the calls of each tool. */
async function rowsOf(hub: TestHub): Promise<Readonly<Record<string, Payload>>> {
  const { rows } = (await hub.rest("GET", "/traffic?server=one")) as {
    readonly rows: readonly Payload[];
  }; // as its description says
  const ofTools = rows.filter(({ method }) => method === "tools/call");
  return Object.fromEntries(ofTools.map((row) => [String(row.name), row]));
}

/** The last calls of tools, newest first. */
async function callsOf(hub: TestHub, query = ""): Promise<readonly Payload[]> {
  const { calls } = (await hub.rest("GET", `/calls?server=one${query}`)) as {
    readonly calls: readonly Payload[];
  }; // as its description says
  return calls.filter(({ method }) => method === "tools/call");
}

/** The same failure as programs of other languages write it. */
const spellings = [
  (text: string) => text.replaceAll('":', '": '),
  (text: string) => text.replaceAll('":', '" :\t').replaceAll(",", " , "),
  (text: string) => JSON.stringify(JSON.parse(text), null, 2).replaceAll("\n", "\r\n"),
];

describe("what the hub counts", () => {
  for (const { client: clientEra, server: serverEra } of cells) {
    test(`of a client of ${clientEra} and a server of ${serverEra}: a failed tool, with whatever space its server writes`, async () => {
      const { hub, upstream } = await serve(serverEra);
      const clients = [
        [await open(clientEra, hub), "one__failing"],
        [await open(clientEra, hub, "/servers/one/mcp"), "failing"],
      ] as const;
      for (const spelled of spellings) {
        interceptMessages(upstream, ({ id, method }, response) => {
          if (method !== "tools/call") return false;
          const result = { resultType: "complete", content: [], isError: true };
          response.setHeader("content-type", "application/json");
          response.end(spelled(JSON.stringify({ jsonrpc: "2.0", id, result })));
          return true;
        });
        for (const [client, name] of clients) await client.call(name).done;
      }
      await until("all to be counted", async () => (await callsOf(hub)).length === 6);
      const outcomes = (await callsOf(hub)).map(({ outcome }) => outcome);
      expect(outcomes).toEqual(Array.from({ length: 6 }, () => "tool-error"));
    });
  }

  for (const { client: clientEra, server: serverEra } of cells) {
    test(`of a client of ${clientEra} and a server of ${serverEra}: calls, errors of each kind, bytes and what is in flight`, async () => {
      const { hub, upstream } = await serve(serverEra);
      const client = await open(clientEra, hub);
      await client.call("one__good").done;
      await client.call("one__good").done;
      for (const name of ["failing", "refusing", "dying"]) await client.call(`one__${name}`).done;
      const slow =
        client instanceof LegacyClient
          ? client.call("one__slow", {}, { id: 99 })
          : client.call("one__slow");
      slow.done.catch(() => undefined);
      await until("the slow call to arrive", () => upstream.callsOf("slow").length === 1);
      expect((await rowsOf(hub)).slow).toMatchObject({ calls: 0, errors: 0, inFlight: 1 });
      if (client instanceof LegacyClient)
        await client.notify("notifications/cancelled", { requestId: 99 });
      else slow.close();
      await until("it to be over", async () => (await hub.inFlight("one")) === 0);

      const rows = await rowsOf(hub);
      expect(rows.good).toMatchObject({ serverId: "one", calls: 2, errors: 0, inFlight: 0 });
      for (const name of ["failing", "refusing", "dying"])
        expect(rows[name]).toMatchObject({ calls: 1, errors: 1, inFlight: 0 });
      expect(rows.slow).toMatchObject({ calls: 1, errors: 0, inFlight: 0, bytes: 0 });
      const calls = await callsOf(hub);
      expect(calls.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
        "slow: cancelled",
        "dying: hub-error",
        "refusing: error",
        "failing: tool-error",
        "good: ok",
        "good: ok",
      ]);
      for (const call of calls) {
        expect(call).toMatchObject({ serverId: "one", client: "desk" });
        expect(call.durationMs).toBeGreaterThanOrEqual(0);
        expect(Date.parse(String(call.at))).toBeGreaterThan(0);
        expect(call).not.toHaveProperty("params");
      }
      expect(calls[0]?.instanceId).toBe(hub.entry("one")?.instances[0]?.record.id);
      const [latest] = await callsOf(hub, "&limit=1");
      expect(latest?.name).toBe("slow");
    });

    test(`of a client of ${clientEra} and a server of ${serverEra}: bytes, and not characters, of answers`, async () => {
      const { hub, upstream } = await serve(serverEra);
      const client = await open(clientEra, hub);
      const ascii = "u".repeat(1_000);
      upstream.on("good", ({ given }) =>
        textResult(given.wide === true ? "ü".repeat(1_000) : ascii),
      );
      await client.call("one__good").done;
      await client.call("one__good", { wide: true }).done;
      const [wide, narrow] = await callsOf(hub);
      expect(Number(narrow?.bytes)).toBeGreaterThan(1_000);
      expect(Number(wide?.bytes) - Number(narrow?.bytes)).toBeGreaterThan(990);
      expect((await rowsOf(hub)).good?.bytes).toBe(Number(wide?.bytes) + Number(narrow?.bytes));
    });
  }

  for (const era of eras) {
    test(`of a client and a server of ${era} at the server's own endpoint`, async () => {
      const { hub } = await serve(era);
      const client = await open(era, hub, "/servers/one/mcp");
      const { text } = await client.call("good").done;
      for (const name of ["failing", "refusing", "dying"]) await client.call(name).done;
      const rows = await rowsOf(hub);
      expect(rows.good).toMatchObject({ calls: 1, errors: 0, bytes: Buffer.byteLength(text) });
      for (const name of ["failing", "refusing", "dying"])
        expect(rows[name]).toMatchObject({ calls: 1, errors: 1, inFlight: 0 });
      const outcomes = (await callsOf(hub)).map(({ outcome }) => outcome);
      expect(outcomes).toEqual(["hub-error", "error", "tool-error", "ok"]);
    });
  }
});

describe("the last hour", () => {
  test("has the calls and errors of each minute, of all servers and of one, and each row its rate", async () => {
    const { hub } = await serve("2026");
    const client = await open("2026", hub);
    await client.call("one__good").done;
    await client.call("one__failing").done;
    const minutesOf = async (query = "") => {
      const { minutes } = (await hub.rest("GET", `/traffic${query}`)) as {
        readonly minutes: readonly Payload[];
      }; // as its description says
      return minutes;
    };
    const sum = (minutes: readonly Payload[], what: string) =>
      minutes.reduce((all, minute) => all + Number(minute[what]), 0);
    for (const query of ["", "?server=one"]) {
      const minutes = await minutesOf(query);
      expect(minutes).toHaveLength(60);
      // Other requests than those of tools go through as well.
      expect(sum(minutes, "calls")).toBeGreaterThanOrEqual(2);
      expect(sum(minutes, "errors")).toBe(1);
      expect(minutes.map(({ at }) => Date.parse(String(at)) % 60_000)).toEqual(Array(60).fill(0));
    }
    expect(sum(await minutesOf("?server=two"), "calls")).toBe(0);
    const rows = await rowsOf(hub);
    expect(rows.good?.callsPerMinute).toBeGreaterThan(0);
    expect(rows.good?.callsPerMinute).toBeLessThanOrEqual(1);
    const { servers } = (await hub.rest("GET", "/traffic")) as {
      readonly servers: readonly Payload[];
    }; // as its description says
    expect(servers).toMatchObject([{ serverId: "one", errors: 1 }]);
    expect(Number(servers[0]?.calls)).toBeGreaterThanOrEqual(2);
  });
});

describe("the last calls", () => {
  for (const { client: clientEra, server: serverEra } of cells) {
    test(`of a client of ${clientEra} and a server of ${serverEra} show parameters only where the operator asked for it`, async () => {
      for (const keepsParams of [true, false]) {
        const { hub } = await serve(serverEra, { keepsParams });
        const client = await open(clientEra, hub);
        await client.call("one__good", { secret: "s3cret" }).done;
        const [call] = await callsOf(hub);
        if (!keepsParams) expect(JSON.stringify(call)).not.toContain("s3cret");
        else
          expect(JSON.parse(String(call?.params))).toMatchObject({
            arguments: { secret: "s3cret" },
          });
      }
    });
  }
});

describe("traces", () => {
  for (const { client: clientEra, server: serverEra } of cells) {
    for (const [path, name] of [
      ["/mcp", "one__good"],
      ["/servers/one/mcp", "good"],
    ] as const) {
      test(`of a client of ${clientEra} go on at a server of ${serverEra}, at ${path}`, async () => {
        const { hub, upstream } = await serve(serverEra);
        const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        const _meta = { traceparent, tracestate: "a=1", "test/own": [1] };
        const client = await open(clientEra, hub, path);
        await client.call(name, {}, { _meta }).done;
        expect(upstream.callsOf("good")[0]?.params._meta).toMatchObject(_meta);
      });
    }
  }
});

test("what a client asks to learn what a server has is no error of the server when it has it not", async () => {
  const { hub, upstream } = await serve("2025");
  const ask = (method: "GET" | "POST", body?: Payload) =>
    fetch(`${hub.url}/servers/one/mcp`, {
      method,
      headers: {
        accept: "application/json, text/event-stream",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify({ jsonrpc: "2.0", ...body }) }),
    });
  const discover = { id: 1, method: "server/discover", params: {} };
  const refusals: readonly (() => Promise<Response>)[] = [
    () => ask("GET"),
    () => ask("POST", discover),
  ];
  for (const refused of refusals) expect((await refused()).status).toBeLessThan(500);
  interceptMessages(upstream, ({ id, method }, response) => {
    if (method !== "server/discover") return false;
    const error = { code: -32_601, message: "Method not found" };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
    return true;
  });
  await ask("POST", discover);
  const figures = async () =>
    (await hub.rest("GET", "/traffic?server=one")) as { readonly servers: readonly Payload[] }; // as its description says
  await until("all to be counted", async () => (await figures()).servers[0]?.calls === 3);
  expect((await figures()).servers[0]).toMatchObject({ calls: 3, errors: 0 });

  await upstream.stop();
  await ask("POST", discover);
  await until("the failure", async () => (await figures()).servers[0]?.errors === 1);
});
