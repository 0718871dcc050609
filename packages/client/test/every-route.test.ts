import {
  contract,
  type findTools,
  type getClaudeDesktopBundle,
  type getClientConfig,
  type getHealth,
  type getPulse,
  type getTraffic,
  type listAudit,
  type listCalls,
  type listEvents,
  type listServerChanges,
  type listServers,
  type listServerTools,
  type previewToolset,
  type QuerySent,
} from "@hub/api";
import { closeAll, ModernUpstream, TestHub } from "@hub/testing";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import {
  type AuditQuery,
  type BundleQuery,
  type CallsQuery,
  type ConfigQuery,
  type EventsQuery,
  type HealthQuery,
  HubClient,
  HubClientError,
  type PageQuery,
  type PreviewQuery,
  type PulseQuery,
  type ServersQuery,
  type ToolsQuery,
  type TrafficQuery,
} from "../src/index.js";

let hub: TestHub;
let upstream: ModernUpstream;
beforeAll(async () => {
  hub = await TestHub.start();
  upstream = await ModernUpstream.start({ name: "Weather", tools: ["forecast"] });
  await hub.register("weather", upstream, { tags: ["geo"] });
});
afterAll(closeAll);

/** Which route of the contract a request was for. */
function routeOf(method: string, path: string): string | undefined {
  const isIt = (pattern: string) =>
    new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
  const fitting = contract.filter((one) => one.method === method.toLowerCase() && isIt(one.path));
  // The one with the fewest parameters: `/toolsets/preview` is no toolset.
  const [route] = fitting.sort((a, b) => a.path.split("{").length - b.path.split("{").length);
  return route === undefined ? undefined : `${route.method} ${route.path}`;
}

test("every route of the contract has a method, which a real hub answers", async () => {
  const called = new Set<string>();
  const clientWith = (token?: string) =>
    new HubClient({
      url: hub.url,
      token,
      fetch: (input, init) => {
        const { pathname } = new URL(String(input));
        called.add(routeOf(init?.method ?? "GET", pathname) ?? `${init?.method} ${pathname}`);
        return fetch(input, init);
      },
    });
  const client = clientWith();

  const registration = {
    name: "Passing by",
    endpoint: upstream.endpoint.replace("/mcp", "/other"),
    transport: "streamable-http",
    lease: {},
  };
  const { lease, server } = await client.register(registration);
  expect((await client.renew(lease?.id ?? "")).ttlMs).toBeGreaterThan(0);
  await client.sendLog(lease?.id ?? "", "ready");
  expect((await client.diagnose({ server: "Passing by" })).logs[0]?.lines).toEqual(["ready"]);
  await client.deregister(lease?.id ?? "");
  const refused = await client.refuse(server.id, "Not here.");
  expect(refused.admission).toMatchObject({ state: "refused", reason: "Not here." });
  await expect(client.register(registration)).rejects.toMatchObject({ code: "ADMISSION_REFUSED" });
  const listed = await client.servers({ admission: "refused" });
  expect(listed.servers.map(({ id }) => id)).toEqual([server.id]);
  await expect(client.admit(server.id, '"0-0"')).rejects.toThrow(HubClientError);
  expect((await client.admit(server.id, refused.etag)).admission).toBeUndefined();
  expect(await client.admissionRules()).toEqual({ mode: "open", rules: [] });
  await client.remove(server.id, lease?.id);

  expect((await client.servers({ tag: "geo" })).servers.map(({ id }) => id)).toEqual(["weather"]);
  const before = await client.server("weather");
  const edited = await client.edit("weather", { title: "The weather" }, before.etag);
  expect(edited.title).toBe("The weather");
  expect((await client.probe("weather")).status).toBe("up");
  const credential = { kind: "header", name: "X-Api-Key", value: "a-key" } as const;
  const { origins } = await client.setCredential("weather", credential);
  expect((await client.credentials("weather")).credentials).toMatchObject([
    { name: "X-Api-Key", state: "sent", origins },
  ]);
  expect((await client.confirmCredentials("weather", origins)).problem).toBeUndefined();
  expect((await client.removeCredentials("weather", "x-api-key")).credentials).toEqual([]);
  expect((await client.serverTools("weather")).tools).toHaveLength(1);
  expect((await client.serverTools("weather", { limit: 1 })).tools[0]?.name).toBe("forecast");
  expect((await client.serverResources("weather")).resources).toEqual([]);
  expect((await client.serverPrompts("weather")).prompts).toEqual([]);
  expect((await client.serverChanges("weather", { limit: 5 })).changes.length).toBeGreaterThan(0);
  expect(Object.keys((await client.pulse()).servers)).toEqual(["weather"]);
  expect((await client.hubs()).hubs).toMatchObject([
    { isSelf: true, state: "working", isLeader: true, servers: 1 },
  ]);
  expect((await client.tools({ q: "forecast" })).tools[0]?.serverId).toBe("weather");
  expect((await client.traffic({ server: "weather" })).minutes.length).toBeGreaterThan(0);
  expect((await client.history({ step: "5m" })).stepMs).toBe(300_000);
  expect((await client.serverHistory("weather")).isWhole).toBe(true);
  expect((await client.uptime("weather")).slots.length).toBeGreaterThan(89);
  expect((await client.calls({ limit: 5 })).calls).toEqual([]);
  expect((await client.events({ kind: ["registered", "edited"] })).events[0]?.kind).toBe("edited");

  const made = await client.createToolset({ name: "Desk", servers: ["weather"] });
  expect((await client.toolsets()).toolsets.map(({ id }) => id)).toEqual(["desk"]);
  expect((await client.previewToolset({ servers: ["weather"] }, { limit: 1 })).toolCount).toBe(1);
  const read = await client.toolset("desk");
  expect(read.etag).toBe(made.etag);
  const replaced = await client.replaceToolset("desk", { ...read, tags: ["geo"] }, read.etag);
  expect([replaced.tags, replaced.etag === read.etag]).toEqual([["geo"], false]);
  const late = client.replaceToolset("desk", { name: "Desk" }, read.etag);
  await expect(late).rejects.toMatchObject({ code: "PRECONDITION_FAILED", status: 412 });
  await expect(client.deleteToolset("desk", read.etag)).rejects.toThrow(HubClientError);
  await client.deleteToolset("desk", replaced.etag);

  expect((await client.clients()).clients.length).toBeGreaterThan(20);
  const config = await client.config("cursor", { servers: ["weather"] });
  expect(config.endpoints[0]?.url).toBe(`${hub.url}/servers/weather/mcp`);
  expect((await client.diagnose({ endpoint: upstream.endpoint })).ok).toBe(true);
  expect((await client.health({ verbose: true })).budgets?.length).toBeGreaterThan(5);
  expect((await client.readiness()).servers).toBe(1);
  expect(await client.metrics()).toContain('mcp_hub_servers{status="up"} 1');
  expect((await client.audit({ action: "admit" })).lines[0]?.server).toBe(server.id);
  expect((await client.version()).name).toBe("mcp-hub");
  const zip = await client.claudeDesktopBundle({ servers: "weather" });
  expect(new TextDecoder().decode(zip.subarray(0, 2))).toBe("PK");
  expect(await client.pythonClient()).toContain("MCP Hub for Python");
  await client.removeByForce("weather");

  // Last: it closes the hub to those without a token.
  const { token } = await client.createToken({ name: "Operator", grants: [{ action: "admin" }] });
  await expect(client.servers()).rejects.toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
  const operator = clientWith(token);
  expect(await operator.whoAmI()).toMatchObject({ kind: "token", name: "Operator", isOpen: false });
  const more = await operator.createToken({ name: "Agent", grants: [{ action: "call" }] });
  expect((await operator.settings()).settings.length).toBeGreaterThan(20);
  await expect(operator.setLogLevel("debug")).rejects.toMatchObject({ code: "ROUTE_NOT_FOUND" });
  expect((await operator.tokens()).tokens.map(({ name }) => name)).toEqual(["Operator", "Agent"]);
  await operator.revokeToken(more.id);
  await expect(clientWith(more.token).whoAmI()).rejects.toMatchObject({ status: 401 });

  // A browser keeps the cookie; this one comes without.
  expect(await operator.signIn(token)).toMatchObject({ isSignedIn: true, ways: ["token"] });
  expect((await operator.session()).isSignedIn).toBe(false);
  await operator.signOut();

  // It only leads to another route, for people with curl.
  const leading = "get /clients/python";
  const all = contract
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => route !== leading);
  expect([...called].sort()).toEqual(all.sort());
});

test("what a query may say is what the contract takes", () => {
  expectTypeOf<ServersQuery>().toEqualTypeOf<QuerySent<typeof listServers>>();
  expectTypeOf<ToolsQuery>().toEqualTypeOf<QuerySent<typeof findTools>>();
  expectTypeOf<PageQuery>().toEqualTypeOf<QuerySent<typeof listServerTools>>();
  expectTypeOf<PageQuery>().toEqualTypeOf<QuerySent<typeof listServerChanges>>();
  expectTypeOf<PulseQuery>().toEqualTypeOf<QuerySent<typeof getPulse>>();
  expectTypeOf<EventsQuery>().toEqualTypeOf<QuerySent<typeof listEvents>>();
  // The client reads JSON; another form is for links.
  expectTypeOf<AuditQuery>().toEqualTypeOf<Omit<QuerySent<typeof listAudit>, "format">>();
  expectTypeOf<TrafficQuery>().toEqualTypeOf<QuerySent<typeof getTraffic>>();
  expectTypeOf<CallsQuery>().toEqualTypeOf<QuerySent<typeof listCalls>>();
  expectTypeOf<PreviewQuery>().toEqualTypeOf<QuerySent<typeof previewToolset>>();
  expectTypeOf<BundleQuery>().toEqualTypeOf<QuerySent<typeof getClaudeDesktopBundle>>();
  expectTypeOf<HealthQuery>().toEqualTypeOf<QuerySent<typeof getHealth>>();
  // The client always asks for JSON.
  type Config = Omit<QuerySent<typeof getClientConfig>, "format">;
  expectTypeOf<ConfigQuery>().toEqualTypeOf<Config>();
});
