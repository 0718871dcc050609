import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import {
  closeAll,
  closeLater,
  freePort,
  gate,
  HubProcess,
  LegacyUpstream,
  ModernUpstream,
  textResult,
  until,
} from "@hub/testing";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startNginx } from "./support/nginx.js";

const folder = process.env.HUB_PROXY_FOLDER ?? "";
const mib = 1024 * 1024;

function newToken(id: string, action: string) {
  const token = `mh_${id}_${randomBytes(60).toString("base64").replace(/\W/g, "").slice(0, 43)}`;
  const sha256 = createHash("sha256").update(token).digest("hex");
  return { token, entry: { id, name: id, sha256, grants: [{ action }] } };
}

const admin = newToken("operator", "admin");
const server = newToken("server", "register");
const agent = newToken("agent", "call");
const bearer = ({ token }: typeof admin) => ({ authorization: `Bearer ${token}` });

let hub: HubProcess;
let publicUrl: string;
const modern = new ModernUpstream({ tools: ["echo", "slow"] });
const legacy = new LegacyUpstream({ tools: ["echo", "slow"] });

/** A result as both revisions take it: 2026-07-28 wants to be told that it is one. */
const answered = (text: string) => ({ ...textResult(text), resultType: "complete" });

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${publicUrl}${path}`, { ...init, headers: { ...bearer(admin), ...init.headers } });

/** Registers from an address of this machine that is not the proxy's. */
function registerFrom(address: string, headers: Readonly<Record<string, string>>, body: object) {
  return new Promise<number>((resolve, reject) => {
    const sent = request(
      `${publicUrl}/register`,
      {
        method: "POST",
        localAddress: address,
        headers: { ...bearer(server), "content-type": "application/json", ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject).end(JSON.stringify(body));
  });
}

beforeAll(async () => {
  const tokens = join(folder, "tokens.json");
  writeFileSync(tokens, JSON.stringify([admin, server, agent].map(({ entry }) => entry)));
  const port = await freePort();
  publicUrl = `https://127.0.0.1:${port}`;
  hub = await HubProcess.start({
    MCP_HUB_PUBLIC_URL: publicUrl,
    MCP_HUB_TRUSTED_PROXIES: "127.0.0.1",
    // A name that is not this machine's makes it a hub on a network.
    MCP_HUB_ALLOWED_HOSTS: "hub.example",
    MCP_HUB_ALLOW_ENDPOINTS: "127.0.0.0/8",
    MCP_HUB_TOKENS_FILE: tokens,
    MCP_HUB_ADMISSION: "open",
  });
  closeLater(() => hub.stop());
  await startNginx({ port, hubPorts: [hub.port], folder });
  for (const [name, upstream] of [
    ["new", modern],
    ["old", legacy],
  ] as const) {
    upstream.on("echo", (call) => answered(JSON.stringify(call.given)));
    await upstream.start();
    const body = { name, endpoint: upstream.endpoint, transport: "streamable-http" };
    expect(await registerFrom("127.0.0.1", {}, body)).toBe(201);
    await until(`${name} to be up`, async () => {
      const answer = await ask(`/servers/${name}`);
      return ((await answer.json()) as { status: string }).status === "up";
    });
  }
});
afterAll(closeAll);

/** A client of each SDK, through nginx. */
const clients = {
  "SDK v1": async (path: string) => {
    const client = new ClientV1({ name: "v1", version: "1" });
    const transport = new TransportV1(new URL(`${publicUrl}${path}`), {
      requestInit: { headers: bearer(agent) },
    });
    // The SDK's own types disagree under `exactOptionalPropertyTypes`.
    await client.connect(transport as Transport);
    closeLater(() => client.close());
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (name: string, args: Record<string, unknown>, onprogress = (_: unknown) => {}) =>
        client.callTool({ name, arguments: args }, undefined, { onprogress }),
    };
  },
  "SDK v2": async (path: string) => {
    const client = new ClientV2(
      { name: "v2", version: "1" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(
      new TransportV2(new URL(`${publicUrl}${path}`), { requestInit: { headers: bearer(agent) } }),
    );
    closeLater(() => client.close());
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (name: string, args: Record<string, unknown>, onprogress = (_: unknown) => {}) =>
        client.callTool({ name, arguments: args }, { onprogress }),
    };
  },
} as const;

describe.each(Object.entries(clients))("a client of %s behind nginx", (_, connect) => {
  test("lists and calls servers of both revisions", async () => {
    const client = await connect("/mcp?revision=2026-07-28");
    expect(await client.list()).toEqual(expect.arrayContaining(["new__echo", "old__echo"]));
    for (const name of ["new__echo", "old__echo"]) {
      const result = await client.call(name, { word: "pear" });
      expect(JSON.stringify(result.content)).toContain("pear");
    }
  });

  test("hears of progress while a long call runs", async () => {
    const client = await connect("/mcp?revision=2026-07-28");
    for (const [name, upstream] of [
      ["new__slow", modern],
      ["old__slow", legacy],
    ] as const) {
      const heard = gate();
      upstream.on("slow", async (call) => {
        call.progress(1, "half");
        // It ends when its client has heard of it: were it kept back, nobody would come further.
        await heard.opened;
        return answered("done");
      });
      const result = await client.call(name, {}, () => heard.open());
      expect(JSON.stringify(result.content)).toContain("done");
    }
  });

  test("sends nearly 4 MiB, whole", async () => {
    const client = await connect("/mcp?revision=2026-07-28");
    const size = 4 * mib - 4_096;
    for (const [name, upstream] of [
      ["new__slow", modern],
      ["old__slow", legacy],
    ] as const) {
      upstream.on("slow", (call) => answered(String(String(call.given.text).length)));
      const result = await client.call(name, { text: "x".repeat(size) });
      expect(JSON.stringify(result.content)).toContain(String(size));
    }
  });
});

describe("behind nginx", () => {
  test("the page comes with all its parts, and asks for nothing at other addresses", async () => {
    const page = await fetch(`${publicUrl}/`, { headers: { accept: "text/html" } });
    expect(page.status).toBe(200);
    const text = await page.text();
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(parts.length).toBeGreaterThan(1);
    for (const path of parts) {
      const { origin } = new URL(path, publicUrl);
      expect([path, origin]).toEqual([path, publicUrl]);
      expect([path, (await fetch(new URL(path, publicUrl))).status]).toEqual([path, 200]);
    }
  });

  test("events come when they happen", async () => {
    const leaving = new AbortController();
    const stream = await ask("/events", {
      headers: { accept: "text/event-stream" },
      signal: leaving.signal,
    });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    const reader = (stream.body ?? new ReadableStream())
      .pipeThrough(new TextDecoderStream())
      .getReader();
    await registerFrom(
      "127.0.0.1",
      {},
      {
        name: "Latecomer",
        endpoint: "http://127.0.0.1:9/mcp",
        transport: "streamable-http",
      },
    );
    let text = "";
    while (!text.includes('"latecomer"')) text += (await reader.read()).value ?? "";
    leaving.abort();
  });

  test("a browser of the public origin may change things, and one of another may not", async () => {
    const send = (origin: string) =>
      ask("/diagnose", {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: JSON.stringify({ endpoint: modern.endpoint }),
      });
    expect((await send(publicUrl)).status).toBe(200);
    for (const origin of [publicUrl.replace("https", "http"), "https://evil.example", hub.url])
      expect([origin, (await send(origin)).status]).toEqual([origin, 403]);
  });

  test("a message that is too long is refused by the hub, in words", async () => {
    const answer = await ask("/mcp", {
      method: "POST",
      headers: { ...bearer(agent), "content-type": "application/json" },
      body: JSON.stringify({ text: "x".repeat(5 * mib) }),
    });
    expect(answer.status).toBe(413);
    expect(answer.headers.get("content-type")).toContain("application/json");
  });

  test("what clients are given names the public address", async () => {
    expect(await (await ask("/config/claude-code")).text()).toContain(`${publicUrl}/mcp`);
    const { servers } = (await (await ask("/openapi.json")).json()) as { servers: object[] };
    expect(servers).toEqual([{ url: publicUrl }]);
  });

  test("nobody is somebody else by what it writes in forwarded headers", async () => {
    const made = {
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      "x-real-ip": "203.0.113.7",
      forwarded: "for=203.0.113.7;host=evil.example",
    };
    const body = { name: "Liar", endpoint: "http://127.0.0.1:9/mcp", transport: "streamable-http" };
    expect(await registerFrom("127.0.0.5", made, body)).toBe(201);
    expect(await (await ask("/servers/liar")).text()).toContain('"registeredFrom":"127.0.0.5"');
    const config = await ask("/config/claude-code", { headers: made });
    expect(await config.text()).toContain(`${publicUrl}/mcp`);
  });

  test("whoever has no token is told to bring one, through nginx too", async () => {
    for (const path of ["/servers", "/mcp"]) {
      const answer = await fetch(`${publicUrl}${path}`);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
  });
});
