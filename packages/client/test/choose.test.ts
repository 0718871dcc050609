import { closeAll, ModernUpstream, TestHub, tool, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HubClient, HubClientError, type Need } from "../src/index.js";

let hub: TestHub;
let client: HubClient;
let stopped: ModernUpstream;
beforeAll(async () => {
  hub = await TestHub.start();
  client = new HubClient({ url: hub.url });
  const start = (name: string, ...tools: (string | Record<string, unknown>)[]) =>
    ModernUpstream.start({ name, tools });
  const forecast = tool("forecast", {
    description: "The weather forecast for a city. Free of charge.",
  });
  await hub.register("weather", await start("weather", forecast), { tags: ["geo", "prod"] });
  await hub.register("weather-two", await start("two", forecast), { tags: ["geo"] });
  await hub.register(
    "mail",
    await start("mail", tool("send", { description: "Sends a letter." })),
    {
      tags: ["prod"],
    },
  );
  stopped = await start(
    "maps",
    tool("route", { description: "Finds the way between two places." }),
  );
  await hub.register("maps", stopped, { tags: ["geo"] });
  await stopped.stop();
  await client.probe("maps");
  await until("maps to be away", () => hub.status("maps") !== "up");
});
afterAll(closeAll);

const failure = async (need: Need) => {
  const error = await client.choose(need).catch((caught: unknown) => caught);
  if (!HubClientError.is(error)) throw error;
  return error;
};

test("finds servers by what their tools do, and says which and why", async () => {
  const found = await client.find("weather forecast");
  expect(found.map(({ server }) => server.id)).toEqual(["weather", "weather-two"]);
  expect(found[0]?.tools[0]?.name).toBe("forecast");
  expect(found[0]?.reason).toBe(
    'The tool "forecast" of "weather" fits: The weather forecast for a city.',
  );
  const [lost] = await client.find("way between two places");
  expect(lost).toMatchObject({ isUsable: false, server: { id: "maps" } });
  expect(lost?.reason).toMatch(/ But "maps" is (suspect|unreachable): /);
  expect(await client.find("zeppelin")).toEqual([]);
});

test("chooses by need, tool, name and tag, always the same", async () => {
  const ids = async (need: Need) => (await client.choose(need)).server.id;
  for (const need of [
    { need: "weather forecast" },
    { tool: "forecast" },
    { need: "forecast", tag: "prod" },
  ])
    expect([need, await ids(need)]).toEqual([need, "weather"]);
  expect(await ids({ name: "Weather-Two" })).toBe("weather-two");
  expect(await ids({ tag: "prod" })).toBe("mail");
  expect(await ids({ tag: ["geo", "prod"] })).toBe("weather");
  expect(await ids({ tool: "forecast", name: "weather-two" })).toBe("weather-two");
});

test("says why, also of those it passed", async () => {
  const byTool = await client.choose({ tool: "forecast" });
  expect(byTool.tool?.definition.name).toBe("forecast");
  expect(byTool.reason).toMatch(
    /^The tool "forecast" of "weather" fits: .*\. 1 other that can be used would fit too\.$/,
  );
  expect(byTool.others.map(({ server, reason }) => [server.id, reason])).toEqual([
    ["weather-two", expect.stringMatching(/^"weather-two" fits/)],
  ]);
  const byTag = await client.choose({ tag: "geo" });
  expect(byTag.server.id).toBe("weather");
  expect(byTag.reason).toMatch(
    /^"weather" has the tag "geo" and is up\. "maps" would come first, but cannot be used now\./,
  );
  expect(byTag.others.find(({ server }) => server.id === "maps")?.reason).toMatch(/^"maps" is /);
});

test("what fits and is away is told with its cause, and nothing weak stands in for it", async () => {
  const error = await failure({ need: "the way between two places" });
  expect(error).toMatchObject({ code: "NOT_UP", status: 503 });
  expect(error.detail).toMatch(
    /^What fits the need "the way between two places" cannot be used now\. "maps" is /,
  );
  expect(await failure({ name: "maps" })).toMatchObject({ code: "NOT_UP" });
});

test("what nobody has is told with what there is", async () => {
  const all = 'The hub knows 4 servers: "mail", "maps", "weather", "weather-two".';
  for (const [need, sought] of [
    [{ need: "zeppelin" }, 'the need "zeppelin"'],
    [{ tool: "forecas" }, 'a tool named "forecas"'],
    [{ name: "post" }, 'the name "post"'],
    [{ tag: ["geo", "none"] }, 'the tags "geo", "none"'],
    [{ name: "mail", need: "weather forecast" }, 'the name "mail" and the need "weather forecast"'],
  ] as const) {
    const error = await failure(need);
    expect([error.code, error.status]).toEqual(["NOTHING_FITS", 404]);
    expect(error.detail).toBe(`No server fits ${sought}. ${all}`);
    expect(error.problem.servers).toEqual(["mail", "maps", "weather", "weather-two"]);
  }
  const empty = await TestHub.start();
  const lonely = new HubClient({ url: empty.url }).choose({ need: "anything" });
  await expect(lonely).rejects.toThrow("The hub knows no server yet.");
});

test("a deprecated server is the last choice, and a question without words is none", async () => {
  await client.edit("weather", { lifecycle: "deprecated" });
  const choice = await client.choose({ need: "weather forecast" });
  expect(choice.server.id).toBe("weather-two");
  expect(choice.others[0]?.reason).toBe('"weather" is deprecated.');
  await client.edit("weather", { lifecycle: null });
  await expect(client.find(" ")).rejects.toThrow(TypeError);
  for (const need of [{}, { need: " " }, { tag: [] }, { tag: ["a", ""] }])
    await expect(client.choose(need)).rejects.toThrow(TypeError);
});

test("a server is found behind another one with many tools that fit as well or better", async () => {
  const big = await TestHub.start();
  const asked = new HubClient({ url: big.url });
  const invoice = (name: string, description: string) => tool(name, { description });
  const many = Array.from({ length: 230 }, (_, index) =>
    invoice(`invoice_${index}`, "Writes an invoice."),
  );
  await big.register("books", await ModernUpstream.start({ tools: many }), { tags: ["office"] });
  const one = invoice("letter", "Sends a letter, which may have an invoice in it, by post.");
  await big.register("post", await ModernUpstream.start({ tools: [one] }), { tags: ["field"] });

  const found = await asked.find("writes an invoice");
  expect(found.map(({ server }) => server.id)).toEqual(["books", "post"]);
  expect((await asked.find("writes an invoice", { atLeast: 1 })).length).toBe(1);
  const choice = await asked.choose({ need: "writes an invoice", tag: "field" });
  expect(choice.tool?.name).toBe("letter");

  await asked.edit("post", { hidden: true });
  expect((await asked.find("a letter")).map(({ server }) => server.id)).not.toContain("post");
  expect((await asked.find("a letter", { hidden: true }))[0]?.server.id).toBe("post");
  expect((await asked.choose({ name: "post" })).server.id).toBe("post");
  await expect(asked.choose({ tag: "field" })).rejects.toMatchObject({ code: "NOTHING_FITS" });
});
