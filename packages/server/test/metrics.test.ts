import { closeAll, knownTokens, ModernClient, ModernUpstream, TestHub, until } from "@hub/testing";
import parseText from "parse-prometheus-text-format";
import { afterEach, expect, test } from "vitest";
import { mostServers } from "../src/metrics/hub-metrics.js";
import { prometheusText } from "../src/metrics/prometheus-text.js";

afterEach(closeAll);

type Sample = {
  readonly value?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buckets?: Readonly<Record<string, string>>;
  readonly count?: string;
};
type Family = { readonly name: string; readonly type: string; readonly metrics: readonly Sample[] };

const parse = (text: string): readonly Family[] => parseText(text);

async function metricsOf(hub: TestHub, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${hub.url}/metrics`, { headers });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    text: await answer.text(),
  };
}

function figureIn(
  families: readonly Family[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): string | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return families
    .find((family) => family.name === name)
    ?.metrics.find((one) => JSON.stringify(Object.entries(one.labels ?? {}).sort()) === wanted)
    ?.value;
}

test("an open hub gives figures of itself, its servers and their calls, which a parser of Prometheus reads", async () => {
  const hub = await TestHub.start();
  const upstream = await ModernUpstream.start({ tools: ["forecast"] });
  upstream.on("forecast", () => ({ content: [] }));
  await hub.register("weather", upstream);
  await until("the tool", async () =>
    JSON.stringify(await new ModernClient(hub.url).ask("tools/list")).includes("forecast"),
  );
  const client = new ModernClient(hub.url);
  await client.ask("tools/call", { name: "weather__forecast", arguments: {} });
  await client.ask("tools/call", { name: "weather__forecast", arguments: {} });
  const { status, type, text } = await metricsOf(hub);
  expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  const families = parse(text);
  expect(figureIn(families, "mcp_hub_servers", { status: "up" })).toBe("1");
  expect(figureIn(families, "mcp_hub_servers", { status: "down" })).toBe("0");
  expect(figureIn(families, "mcp_hub_tools")).toBe("1");
  expect(figureIn(families, "mcp_hub_server_calls_total", { server: "weather" })).toBe("2");
  expect(figureIn(families, "mcp_hub_server_calls_in_flight", { server: "weather" })).toBe("0");
  const budget = { budget: "servers", unit: "items" };
  expect(figureIn(families, "mcp_hub_budget_used", budget)).toBe("1");
  expect(Number(figureIn(families, "process_resident_memory_bytes"))).toBeGreaterThan(1e6);
  const durations = families.find(({ name }) => name === "mcp_server_operation_duration_seconds");
  expect(durations?.type).toBe("HISTOGRAM");
  // The parser takes histograms without labels only.
  const ofCalls = (name: string, more = "") =>
    `mcp_server_operation_duration_seconds_${name}{mcp_method_name="tools/call"${more}} 2\n`;
  expect(text).toContain(ofCalls("count"));
  expect(text).toContain(ofCalls("bucket", ',le="300"'));
  expect(text).toContain(ofCalls("bucket", ',le="+Inf"'));
  // Every name once, and no figure without what it is.
  const names = families.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(families.every((family) => family.type !== "UNTYPED")).toBe(true);
});

test("whoever sees a part sees the figures of that part; who sees nothing gets none", async () => {
  const access = knownTokens({
    admin: [{ action: "admin" }],
    reader: [{ action: "read" }],
    narrow: [{ action: "read", servers: ["weather"] }],
    tools: [{ action: "read", tools: ["forecast"] }],
    agent: [{ action: "call", servers: ["nothing"] }],
    sender: [{ action: "register" }],
  });
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register("weather", await ModernUpstream.start({ tools: ["forecast"] }));
  await hub.register("tides", await ModernUpstream.start({ tools: ["ebb"] }));
  const client = new ModernClient(hub.url, { token: "admin" });
  for (const name of ["weather__forecast", "tides__ebb"])
    await client.ask("tools/call", { name, arguments: {} });
  const whole = (await metricsOf(hub, "reader")).text;
  expect(whole).toContain('server="tides"');
  expect(whole).toContain("mcp_server_operation_duration_seconds_bucket");
  const narrow = (await metricsOf(hub, "narrow")).text;
  expect(narrow).toContain('mcp_hub_server_calls_total{server="weather"} 1');
  expect(narrow).toContain('mcp_hub_servers{status="up"} 1');
  expect(narrow).not.toMatch(/tides|process_|budget|duration/);
  expect((await metricsOf(hub, "tools")).text).not.toMatch(/server="|process_/);
  expect((await metricsOf(hub)).status).toBe(401);
  expect((await metricsOf(hub, "sender")).status).toBe(403);
});

test("methods that clients invent, and servers beyond a number, make no new series", async () => {
  const hub = await TestHub.start();
  await hub.register("weather", await ModernUpstream.start({ tools: ["forecast"] }));
  const client = new ModernClient(hub.url, { path: "/servers/weather/mcp" });
  for (let number = 0; number < 20; number += 1) await client.ask(`x/invented-${number}`);
  const { text } = await metricsOf(hub);
  expect(text).not.toContain("invented");
  expect(text).toMatch(/mcp_method_name="_OTHER"/);
  expect(mostServers).toBeLessThan(1_000);
});

test("values of labels and texts are escaped", () => {
  const awkward = 'a "b"\\\nc';
  const text = prometheusText([
    {
      name: "x",
      help: "one\\two\nthree",
      type: "gauge",
      samples: [{ labels: { awkward }, value: 1.5 }],
    },
    { name: "nothing", help: "No figure.", type: "counter", samples: [] },
  ]);
  expect(text).toBe(
    '# HELP x one\\\\two\\nthree\n# TYPE x gauge\nx{awkward="a \\"b\\"\\\\\\nc"} 1.5\n',
  );
  expect(parse(text)).toHaveLength(1);
});
