import { request as httpRequest } from "node:http";
import {
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  metaKey,
  modernVersion,
  RpcError,
  TestHub,
  textOf,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const modern = { ...json, "mcp-protocol-version": modernVersion };

const envelope = {
  [metaKey("protocolVersion")]: modernVersion,
  [metaKey("clientCapabilities")]: {},
};

function body(method: string, params: object = {}, id: unknown = 1): string {
  const full = { ...params, _meta: envelope };
  return JSON.stringify({ jsonrpc: "2.0", id, method, params: full });
}

function post(url: string, headers: Record<string, string>, text: string | Buffer) {
  return new Exchange(url, { headers, body: text }).done;
}

const listTools = body("tools/list");
const listHeaders = { ...modern, "mcp-method": "tools/list" };

describe("requests that others write in another way", () => {
  test("reach every endpoint with a slash behind it as well, by each method", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await LegacyUpstream.start());
    const saved = await fetch(`${hub.url}/toolsets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Set", servers: ["one"] }),
    });
    const { id } = (await saved.json()) as { id: string }; // our own API
    for (const path of [
      "/mcp/",
      "/mcp/?servers=one",
      "/servers/one/mcp/",
      `/toolsets/${id}/mcp/`,
    ]) {
      const client = await LegacyClient.open(hub.url, { path });
      const name = path.startsWith("/servers") ? "echo" : "one__echo";
      expect(textOf((await client.call(name, { a: 1 }).done).response), path).toBe('{"a":1}');
      await client.listen();
      expect(await client.end(), path).toBe(200);
    }
    for (const path of ["/mcp//", "/mcpx", "/servers/one/mcp//", "/servers//mcp/"])
      expect((await post(`${hub.url}${path}`, listHeaders, listTools)).status, path).toBe(404);
  });

  test("may write null for what they do not give", async () => {
    const hub = await TestHub.start();
    await hub.register("one", await LegacyUpstream.start());
    for (const path of ["/mcp", "/servers/one/mcp"]) {
      const client = await LegacyClient.open(hub.url, { path });
      const headers = { ...json, "mcp-session-id": client.sessionId };
      for (const params of [
        null,
        { cursor: null },
        { _meta: null },
        { cursor: null, _meta: null },
      ]) {
        const text = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params });
        const { response } = await post(`${hub.url}${path}`, headers, text);
        expect(JSON.stringify(response.result?.tools), text).toContain("echo");
      }
    }
  });
});

describe("requests that are refused", () => {
  test("every content type but JSON answers 415", async () => {
    const hub = await TestHub.start();
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json-rpc",
      "",
    ];
    for (const type of types) {
      const headers = { ...listHeaders, "content-type": type };
      expect((await post(`${hub.url}/mcp`, headers, listTools)).status, type).toBe(415);
    }
    const good = { ...listHeaders, "content-type": "Application/JSON ; charset=utf-8" };
    expect((await post(`${hub.url}/mcp`, good, listTools)).status).toBe(200);
  });

  test("a body over 4 MiB answers 413, whether or not it says so first", async () => {
    const hub = await TestHub.start();
    const big = body("tools/call", { name: "x", arguments: { big: "x".repeat(4 * 1024 * 1024) } });
    expect((await post(`${hub.url}/mcp`, modern, big)).status).toBe(413);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(
        `${hub.url}/mcp`,
        { method: "POST", headers: { ...modern, "transfer-encoding": "chunked" } },
        (response) => resolve(response.resume().statusCode),
      );
      sent.on("error", reject);
      sent.end(big);
    });
    expect(status).toBe(413);
  });

  test("what is no JSON-RPC message answers 400 with the error that says so", async () => {
    const hub = await TestHub.start();
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const cases: readonly (readonly [string | Buffer, number])[] = [
      ["", -32_700],
      ["{", -32_700],
      [Buffer.from([0xff, 0xfe]), -32_700],
      [`[${listTools}]`, -32_600],
      ["[]", -32_600],
      ["null", -32_600],
      ["7", -32_600],
      ["{}", -32_600],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":7}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":7}}', -32_600],
    ];
    for (const [text, code] of cases) {
      const { status, response } = await post(`${hub.url}/mcp`, json, text);
      expect(status, String(text)).toBe(400);
      expect(response.error?.code, String(text)).toBe(code);
    }
    const nested = await post(`${hub.url}/mcp`, json, deep);
    expect(nested.status).toBe(400);
  });

  test("messages nested deeper than 1000 answer 400, whoever they are for; less deep ones cross", async () => {
    const hub = await TestHub.start();
    await hub.register("new", await ModernUpstream.start());
    await hub.register("old", await LegacyUpstream.start());
    const { sessionId } = await LegacyClient.open(hub.url);
    for (const depth of [900, 1_100, 6_000, 400_000]) {
      const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
      const expected = depth < 1_000 ? 200 : 400;
      for (const server of ["new", "old"]) {
        const call = (name: string, more = "") =>
          `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${deep}${more}}}`;
        const meta = `,"_meta":${JSON.stringify(envelope)}`;
        const headers = (name: string) => ({
          ...modern,
          "mcp-method": "tools/call",
          "mcp-name": name,
        });
        const name = `${server}__echo`;
        const answers = [
          await post(`${hub.url}/mcp`, headers(name), call(name, meta)),
          await post(`${hub.url}/mcp`, { ...json, "mcp-session-id": sessionId }, call(name)),
          await post(`${hub.url}/servers/${server}/mcp`, headers("echo"), call("echo", meta)),
        ];
        expect(answers.map(({ status }) => status)).toEqual([expected, expected, expected]);
      }
    }
    expect(hub.errors).toEqual([]);
  });

  test("what a server nests too deep costs its own call", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start();
    await hub.register("old", upstream);
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    for (const method of [
      "",
      '"method":"notifications/message","params":',
      '"method":"ping","params":',
    ]) {
      upstream.on("echo", ({ id, response }) => {
        const inside =
          method === "" ? `"id":${id},"result":{"deep":${deep}}` : `${method}{"deep":${deep}}`;
        response.writeHead(200, { "content-type": "application/json" });
        response.end(`{"jsonrpc":"2.0",${inside}}`);
        return undefined;
      });
      for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
        const { response } = await client.call("old__echo").done;
        expect(response.error?.data).toMatchObject({ hubError: "ANSWER_INVALID" });
      }
    }
  });

  test("a foreign Host or Origin answers 403 on every path of the gateway", async () => {
    const hub = await TestHub.start();
    await hub.register("new", await ModernUpstream.start());
    for (const path of ["/mcp", "/servers/new/mcp"]) {
      for (const method of ["POST", "GET", "DELETE"]) {
        for (const foreign of [
          { host: "evil.example" },
          { host: `evil.example:${hub.port}` },
          { origin: "http://evil.example" },
          { origin: "null" },
        ]) {
          const exchange = new Exchange(`${hub.url}${path}`, {
            method,
            headers: { ...listHeaders, ...foreign } as Record<string, string>, // all of them texts
            body: method === "POST" ? listTools : undefined,
          });
          expect((await exchange.done).status).toBe(403);
        }
      }
      const good = { ...listHeaders, origin: `http://127.0.0.1:${hub.port}` };
      expect((await post(`${hub.url}${path}`, good, listTools)).status).toBe(200);
    }
  });

  test("other methods answer 405, and unknown servers and selections say what there is", async () => {
    const hub = await TestHub.start();
    const status = async (method: string, path: string) =>
      (await new Exchange(`${hub.url}${path}`, { method, headers: json }).done).status;
    for (const method of ["PUT", "PATCH"]) expect(await status(method, "/mcp")).toBe(405);
    expect(await status("GET", "/mcp")).toBe(405);
    expect(await status("DELETE", "/mcp")).toBe(405);
    expect((await post(`${hub.url}/servers/nobody/mcp`, listHeaders, listTools)).status).toBe(404);
    expect((await post(`${hub.url}/toolsets/none/mcp`, listHeaders, listTools)).status).toBe(404);
    const misspelt = await post(`${hub.url}/mcp?server=a`, listHeaders, listTools);
    expect(misspelt.status).toBe(400);
    expect(misspelt.response.error?.message).toContain("servers");
  });
});

describe("what does not cross to a server", () => {
  const secrets = {
    authorization: "Bearer secret",
    cookie: "session=secret",
    "proxy-authorization": "secret",
  };

  test("credentials, Host and Origin of the client never reach it, on any path and in any era", async () => {
    const hub = await TestHub.start();
    const upstreams = { old: await LegacyUpstream.start(), new: await ModernUpstream.start() };
    const seen: Record<string, unknown>[] = [];
    for (const [name, upstream] of Object.entries(upstreams)) {
      await hub.register(name, upstream);
      upstream.intercept = (request) => {
        seen.push({ ...request.headers });
        return false;
      };
    }
    const origin = `http://127.0.0.1:${hub.port}`;
    for (const [name, upstream] of Object.entries(upstreams)) {
      for (const [path, tool] of [
        ["/mcp", `${name}__echo`],
        [`/servers/${name}/mcp`, "echo"],
      ] as const) {
        const headers = {
          ...modern,
          "mcp-method": "tools/call",
          "mcp-name": tool,
          ...secrets,
          origin,
        };
        const text = body("tools/call", { name: tool, arguments: {} });
        const { response } = await post(`${hub.url}${path}`, headers, text);
        expect(textOf(response)).toBe("{}");
        expect(upstream.callsOf("echo").length).toBeGreaterThan(0);
      }
    }
    expect(seen.length).toBeGreaterThan(4);
    for (const headers of seen) {
      expect(JSON.stringify(headers)).not.toContain("secret");
      expect(headers.origin).toBeUndefined();
      expect(headers.host).not.toBe(`127.0.0.1:${hub.port}`);
    }
  });

  test("cookies and CORS headers of a server never reach the client", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start();
    upstream.on("echo", (call) => {
      call.response.setHeader("set-cookie", "a=b");
      call.response.setHeader("access-control-allow-origin", "*");
      return { content: [] };
    });
    await hub.register("new", upstream);
    for (const [path, tool] of [
      ["/mcp", "new__echo"],
      ["/servers/new/mcp", "echo"],
    ] as const) {
      const { headers, response } = await new ModernClient(hub.url, { path }).call(tool).done;
      expect(response.result).toBeDefined();
      expect(headers["set-cookie"]).toBeUndefined();
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("what a server itself answers", () => {
  test("errors and results that no revision knows cross untouched", async () => {
    const hub = await TestHub.start();
    const servers = [await LegacyUpstream.start(), await ModernUpstream.start()] as const;
    const [old, fresh] = servers;
    await hub.register("old", old);
    await hub.register("new", fresh);
    const clients = [await LegacyClient.open(hub.url), new ModernClient(hub.url)];
    for (const upstream of servers)
      upstream.on("echo", ({ given }) => {
        if (given.fail === true) throw new RpcError(-32_050, "its own words", { more: [1] });
        return { content: [], isError: true, "x-odd": { deep: [null, 1.5] }, _meta: { a: 1 } };
      });
    for (const client of clients) {
      for (const server of ["old", "new"]) {
        const odd = (await client.call(`${server}__echo`).done).response;
        expect(odd.result).toMatchObject({ isError: true, "x-odd": { deep: [null, 1.5] } });
        expect(odd.result?._meta).toMatchObject({ a: 1 });
        const failed = (await client.call(`${server}__echo`, { fail: true }).done).response;
        expect(failed.error).toEqual({
          code: -32_050,
          message: "its own words",
          data: { data: { more: [1] } },
        });
      }
    }
  });

  test("arguments arrive letter by letter, also a number that JavaScript would round", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start();
    await hub.register("new", upstream);
    const arrived: string[] = [];
    upstream.intercept = (request, response) => {
      if (request.headers["mcp-method"] !== "tools/call") return false;
      request.on("data", (chunk: Buffer) => arrived.push(chunk.toString("utf8")));
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end('{"jsonrpc":"2.0","id":1,"result":{"content":[],"resultType":"complete"}}');
      });
      return true;
    };
    const headers = { ...modern, "mcp-method": "tools/call", "mcp-name": "new__echo" };
    const sent = body("tools/call", { name: "new__echo", arguments: { id: "DIGITS" } }).replace(
      '"DIGITS"',
      "12345678901234567890.10",
    );
    expect((await post(`${hub.url}/mcp`, headers, sent)).status).toBe(200);
    expect(arrived.join("")).toBe(sent.replace("new__echo", "echo"));
  });

  test("traceparent in _meta is carried on in both eras", async () => {
    const hub = await TestHub.start();
    const servers = { old: await LegacyUpstream.start(), new: await ModernUpstream.start() };
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const clients = [await LegacyClient.open(hub.url), new ModernClient(hub.url)];
    for (const [name, upstream] of Object.entries(servers)) {
      await hub.register(name, upstream);
      for (const client of clients)
        await client.call(`${name}__echo`, {}, { _meta: { traceparent } }).done;
      for (const { params } of upstream.calls) expect(params._meta).toMatchObject({ traceparent });
      expect(upstream.calls).toHaveLength(2);
    }
  });
});
