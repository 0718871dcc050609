import {
  closeAll,
  knownTokens,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { type Asked, askAt } from "./support/ask.js";

afterEach(closeAll);

const access = knownTokens({
  admin: [{ action: "admin" }],
  agent: [{ action: "call" }],
});
const admin = { authorization: "Bearer admin" };
const publicUrl = "https://hub.example";
const far = "203.0.113.7";
/** REST and MCP have doors of their own. */
const doors = ["/servers", "/mcp"];
const register = (name: string, endpoint = "https://mcp.example.com/mcp") => ({
  method: "POST",
  body: { name, endpoint, transport: "streamable-http" },
});

/** A hub that other machines could reach; the tests come from this one. */
const open = (more: Parameters<typeof TestHub.start>[0] = {}) =>
  TestHub.start({ access, token: "admin", ...more });
const everywhere = {
  host: "0.0.0.0",
  publicUrl,
  allowEndpoints: ["127.0.0.0/8"],
  admission: "open",
} as const;

describe("a hub on a network", () => {
  test("answers to its public name, to allowed ones, and to the address it was called at", async () => {
    const hub = await open({ config: { ...everywhere, allowedHosts: ["hub.internal"] } });
    const status = (host: string, to: string, path: string) =>
      askAt(hub.port, path, { to, headers: { ...admin, host } });
    for (const path of doors) {
      for (const [host, to] of [
        ["hub.example", "127.0.0.1"],
        ["HUB.example:443", "127.0.0.1"],
        ["hub.internal:9", "127.0.0.1"],
        ["localhost", "127.0.0.1"],
        [`127.0.0.2:${hub.port}`, "127.0.0.2"],
      ] as const)
        expect([host, (await status(host, to, path)).code]).not.toEqual([host, "HOST_REFUSED"]);
      for (const host of ["evil.example", "127.0.0.2", "hub.example.evil.example", "0.0.0.0"]) {
        const refused = await status(host, "127.0.0.1", path);
        expect([host, refused.status, refused.code]).toEqual([host, 403, "HOST_REFUSED"]);
        expect(refused.text).toContain("MCP_HUB_PUBLIC_URL");
        expect(refused.text).toContain("MCP_HUB_ALLOWED_HOSTS");
      }
    }
  });

  test("takes requests of pages of its own origin alone, by scheme, name and port", async () => {
    const hub = await open({
      config: { ...everywhere, allowedOrigins: ["https://tools.example"] },
    });
    const send = (origin: string, host: string) =>
      askAt(hub.port, "/register", { ...register("Tides"), headers: { ...admin, origin, host } });
    const own = `127.0.0.1:${hub.port}`;
    for (const [origin, host] of [
      [publicUrl, "hub.example"],
      [publicUrl, own],
      [`http://${own}`, own],
      ["https://tools.example", own],
    ] as const)
      expect([origin, (await send(origin, host)).text]).toEqual([
        origin,
        expect.stringContaining('"id":"tides"'),
      ]);
    for (const [origin, host] of [
      ["http://hub.example", "hub.example:443"],
      ["https://hub.example:8443", "hub.example"],
      [`https://${own}`, own],
      ["http://127.0.0.1", own],
      ["null", own],
    ] as const)
      expect([origin, (await send(origin, host)).code]).toEqual([origin, "ORIGIN_REFUSED"]);
  });

  test("serves both kinds of clients from other addresses, each with a token", async () => {
    const hub = await open({ config: everywhere });
    await hub.register("new", await ModernUpstream.start());
    await hub.register("old", await LegacyUpstream.start());
    const options = { token: "agent", localAddress: "127.0.0.3" };
    const modern = new ModernClient(hub.url, options);
    const answer = await modern.ask("tools/call", { name: "new__echo", arguments: { a: 1 } });
    expect(answer.result?.isError).not.toBe(true);
    const legacy = await LegacyClient.open(hub.url, options);
    const called = await legacy.ask("tools/call", { name: "old__echo", arguments: { a: 1 } });
    expect(called.result?.isError).not.toBe(true);
  });

  test("listens for both kinds of addresses at once, and knows each client by its own", async () => {
    const hub = await open({ config: { ...everywhere, host: "::" } });
    expect(hub.url).toBe(`http://[::1]:${hub.port}`);
    for (const [to, host] of [
      ["127.0.0.1", `127.0.0.1:${hub.port}`],
      ["::1", `[::1]:${hub.port}`],
    ] as const) {
      const body = { ...register(`at-${to.length}`).body };
      const sent = { method: "POST", to, headers: { ...admin, host }, body };
      expect([to, (await askAt(hub.port, "/register", sent)).status]).toEqual([to, 201]);
      const { record } = hub.entry(`at-${to.length}`)?.instances[0] ?? {};
      expect(record?.registeredFrom).toBe(to);
    }
  });

  test("names its public address in what it gives to clients", async () => {
    const hub = await open({ config: everywhere });
    const config = await askAt(hub.port, "/config/claude-code", { headers: admin });
    expect(config.text).toContain(`${publicUrl}/mcp`);
    expect(config.text).not.toContain("127.0.0.1");
    const bundle = await askAt(hub.port, "/config/claude-desktop.mcpb", { headers: admin });
    expect(bundle.status).toBe(200);
    const document = await askAt(hub.port, "/openapi.json", { headers: admin });
    expect(JSON.parse(document.text).servers).toEqual([{ url: publicUrl }]);
  });
});

describe("what a hub on a network dials", () => {
  test("loopback and private networks only by name, whoever asks", async () => {
    const hub = await open({ config: { ...everywhere, allowEndpoints: ["10.9.0.0/16"] } });
    const send = (endpoint: string) =>
      askAt(hub.port, "/register", { ...register("Tides", endpoint), headers: admin });
    for (const endpoint of [
      "http://127.0.0.1:9/mcp",
      "http://localhost:9/mcp",
      "http://[::1]:9/mcp",
      "http://10.0.0.5/mcp",
      "http://192.168.0.1/mcp",
      "http://[fd00::1]/mcp",
      "http://169.254.169.254/",
      "http://[::ffff:127.0.0.1]:9/mcp",
      "http://[64:ff9b::7f00:1]/mcp",
      "http://[2002:7f00:1::]/mcp",
    ]) {
      const refused = await send(endpoint);
      expect([endpoint, refused.status, refused.code]).toEqual([endpoint, 422, "ENDPOINT_REFUSED"]);
      expect(refused.text).toContain("MCP_HUB_ALLOW_ENDPOINTS");
    }
    expect((await send("http://10.9.1.1/mcp")).status).toBe(201);
  });

  test("never itself, at any of its addresses", async () => {
    const hub = await open({ config: everywhere });
    for (const endpoint of [
      `http://127.0.0.1:${hub.port}/mcp`,
      `http://127.0.0.77:${hub.port}/mcp`,
      `${publicUrl}/mcp`,
      `${publicUrl}:443/servers/tides/mcp`,
    ]) {
      const refused = await askAt(hub.port, "/register", {
        ...register("Loop", endpoint),
        headers: admin,
      });
      expect([endpoint, refused.code]).toEqual([endpoint, "ENDPOINT_REFUSED"]);
      expect(refused.text).toContain("is the hub itself");
    }
    const beside = { ...register("Beside", `${publicUrl}/weather/mcp`), headers: admin };
    expect((await askAt(hub.port, "/register", beside)).status).toBe(201);
  });

  test("is judged again at each connection: what was let in before is dialled no more", async () => {
    const upstream = await ModernUpstream.start();
    const first = await open({ config: everywhere });
    await first.register("tides", upstream, { lease: undefined });
    const { dataDir } = first;
    await first.stop();
    const { allowEndpoints: _, ...closed } = everywhere;
    const second = await open({
      dataDir,
      config: closed,
      settings: { probeFailingMs: 50, sweepMs: 50 },
    });
    await until("the hub to say why", () => second.status("tides") === "unreachable");
    const seen = upstream.log.length;
    const detail = JSON.stringify(await second.rest("GET", "/servers/tides"));
    expect(detail).toContain("MCP_HUB_ALLOW_ENDPOINTS");
    await second.rest("POST", "/servers/tides/probe");
    const called = await new ModernClient(second.url, { token: "agent" }).ask("tools/call", {
      name: "tides__echo",
    });
    expect(called.error?.data).toMatchObject({ hubError: "SERVER_UNAVAILABLE" });
    expect(upstream.log).toHaveLength(seen);
  });
});

describe("proxies", () => {
  const behind = { publicUrl, trustedProxies: ["127.0.0.1"] };
  const forwarded = (address: string, more: Asked["headers"] = {}) => ({
    ...admin,
    "x-forwarded-for": address,
    "x-forwarded-proto": "https",
    "x-forwarded-host": "hub.example",
    ...more,
  });

  test("that are named say where a registration comes from, and what the hub is called", async () => {
    const hub = await open({ config: behind });
    const sent = { ...register("Tides"), headers: forwarded(`127.0.0.1, ${far}`) };
    expect((await askAt(hub.port, "/register", sent)).status).toBe(201);
    expect(hub.entry("tides")?.instances[0]?.record.registeredFrom).toBe(far);
    const evil = forwarded(far, { "x-forwarded-host": "evil.example" });
    // It names the hub by its address, so that nobody knows what the client called it.
    const unnamed = { ...admin, "x-forwarded-for": far };
    for (const path of doors)
      for (const headers of [evil, unnamed])
        expect((await askAt(hub.port, path, { headers })).code).toBe("HOST_REFUSED");
  });

  test("that are not named are refused on the hub's own machine, and told what to do", async () => {
    for (const config of [{}, behind])
      for (const header of ["forwarded", "x-forwarded-for", "x-real-ip"]) {
        const hub = await TestHub.start(config === behind ? { config, access } : {});
        for (const path of doors) {
          const headers = { ...admin, [header]: "for=1.2.3.4" };
          const refused = await askAt(hub.port, path, { from: "127.0.0.2", headers });
          expect([header, path, refused.status, refused.code]).toEqual([
            header,
            path,
            403,
            "PROXY_NOT_TRUSTED",
          ]);
          expect(refused.text).toContain("MCP_HUB_TRUSTED_PROXIES");
        }
        await hub.stop();
      }
  });

  test("do not open a hub that is for its own machine", async () => {
    const hub = await TestHub.start({ config: { trustedProxies: ["127.0.0.1"] } });
    const ask = (address: string, path: string) =>
      askAt(hub.port, path, { headers: { "x-forwarded-for": address } });
    for (const path of doors) {
      expect((await ask(far, path)).code).toBe("PROXY_NOT_TRUSTED");
      expect((await ask(`127.0.0.1, ${far}`, path)).code).toBe("PROXY_NOT_TRUSTED");
      expect((await ask("127.0.0.1", path)).code).not.toBe("PROXY_NOT_TRUSTED");
    }
  });
});
