import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CredentialList, EventList, ServerDetail } from "@hub/api";
import {
  closeAll,
  knownTokens,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  SseUpstream,
  TestHub,
  textResult,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

const folders: string[] = [];
afterEach(async () => {
  await closeAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const secret = "hx-5f1d0c7e9a4b";
const bearer = `Bearer ${secret}`;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-credentials-"));
  folders.push(folder);
  return folder;
}

/** Lets only requests in that have the header, and keeps the heads of all. */
function locked<One extends Upstream>(
  upstream: One,
  header: { readonly name: string; value: string } = { name: "authorization", value: bearer },
): {
  readonly upstream: One;
  readonly heads: IncomingMessage["headers"][];
  readonly header: typeof header;
} {
  const heads: IncomingMessage["headers"][] = [];
  upstream.intercept = (request, response) => {
    heads.push(request.headers);
    if (request.headers[header.name] === header.value) return false;
    request.resume();
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    return true;
  };
  return { upstream, heads, header };
}

const eras = {
  modern: () => new ModernUpstream({ name: "safe" }),
  legacy: () => new LegacyUpstream({ name: "safe" }),
  sse: () => new SseUpstream({ name: "safe" }),
} as const;

const transportOf = (era: keyof typeof eras) => (era === "sse" ? { transport: "sse" } : {});

const listed = async (hub: TestHub) =>
  (await hub.rest("GET", "/servers/safe/credentials")) as CredentialList; // held to the contract

const set = async (hub: TestHub, more: object = {}) =>
  (await hub.rest("PUT", "/servers/safe/credentials", {
    kind: "header",
    name: "Authorization",
    value: bearer,
    ...more,
  })) as CredentialList; // held to the contract

/** The journal as REST gives it, newest first. */
async function journal(hub: TestHub, query = ""): Promise<EventList> {
  const headers = { accept: "application/json" };
  const response = await fetch(`${hub.url}/events${query}`, { headers });
  return (await response.json()) as EventList; // as its description says
}

const becomes = (hub: TestHub, status: string) =>
  until(`it to be ${status}`, () => hub.status("safe") === status);

/** What the server's page says of its one instance. */
async function problem(hub: TestHub) {
  const detail = (await hub.rest("GET", "/servers/safe")) as ServerDetail; // held to the contract
  return detail.instances[0]?.problem;
}

async function needsToken(hub: TestHub, upstream: Upstream, more: object = {}) {
  await hub.announce("safe", upstream.endpoint, { ...more });
  await becomes(hub, "needs-token");
}

/** Every byte that a hub keeps. */
function kept(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

describe("a credential for a server", () => {
  test.each(Object.keys(eras) as (keyof typeof eras)[])(
    "goes to it with every request, and to nobody else: %s",
    async (era) => {
      const hub = await TestHub.start();
      const { upstream, heads } = locked(eras[era]());
      await upstream.start();
      const canary = new ModernUpstream({ name: "canary" });
      const canaryHeads: IncomingMessage["headers"][] = [];
      canary.intercept = (request) => {
        canaryHeads.push(request.headers);
        return false;
      };
      await hub.register("canary", await canary.start());
      await needsToken(hub, upstream, transportOf(era));
      expect(await problem(hub)).toMatchObject({
        code: "NEEDS_TOKEN",
        fix: expect.stringContaining("mcp-hub credential set safe"),
      });
      expect(await listed(hub)).toEqual({ origins: [origin(upstream)], credentials: [] });

      const before = Date.now();
      const answer = await set(hub);
      expect(answer).toEqual({
        origins: [origin(upstream)],
        credentials: [
          {
            name: "Authorization",
            kind: "header",
            origins: [origin(upstream)],
            setAt: expect.any(String),
            setBy: "anonymous",
            state: "sent",
          },
        ],
      });
      expect(Date.parse(answer.credentials[0]?.setAt ?? "")).toBeGreaterThanOrEqual(before);
      await hub.whenUp("safe");
      heads.splice(0);

      // On its behalf in every way there is.
      for (const client of [new ModernClient(hub.url), await LegacyClient.open(hub.url)]) {
        expect((await client.call("safe__echo").done).response.result).toBeDefined();
        expect((await client.call("canary__echo").done).response.result).toBeDefined();
      }
      if (era === "modern")
        expect(
          (await new ModernClient(hub.url, { path: "/servers/safe/mcp" }).call("echo").done)
            .response.result,
        ).toBeDefined();
      else {
        const own = await LegacyClient.open(hub.url, { path: "/servers/safe/mcp" });
        expect((await own.call("echo").done).response.result).toBeDefined();
      }
      await hub.rest("POST", "/servers/safe/probe");
      expect(await hub.rest("POST", "/diagnose", { server: "safe" })).toMatchObject({ ok: true });
      expect(heads.length).toBeGreaterThan(5);
      expect(heads.filter(({ authorization }) => authorization !== bearer)).toEqual([]);
      expect(canaryHeads.length).toBeGreaterThan(3);
      expect(JSON.stringify(canaryHeads)).not.toContain(secret);
    },
  );

  test("is nowhere to be read: no answer, event, log line or file of the hub holds it", async () => {
    const dataDir = newFolder();
    const hub = await TestHub.start({ dataDir, keepsParams: true });
    const { upstream } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    await new ModernClient(hub.url).call("safe__echo").done;
    const answers = await Promise.all(
      [
        "/servers",
        "/servers/safe",
        "/servers/safe/credentials",
        "/servers/safe/tools",
        "/servers/safe/changes",
        "/calls",
        "/traffic",
        "/healthz?verbose",
        "/pulse",
        "/config/cursor?via=direct&format=json",
      ].map((path) => hub.rest("GET", path)),
    );
    answers.push(await hub.rest("POST", "/diagnose", { server: "safe" }));
    expect(JSON.stringify(answers)).not.toContain(secret);
    const { events } = await journal(hub);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(events.find(({ kind }) => kind === "credentials-changed")).toMatchObject({
      serverId: "safe",
      change: "set",
      names: ["Authorization"],
    });
    await hub.stop();
    expect(kept(dataDir)).not.toContain(secret);
    // The event in the journal, and the line of the audit.
    expect(kept(dataDir)).toContain("credentials-changed");
    expect(kept(dataDir)).toContain("credential-set");
    expect(JSON.stringify([hub.errors, hub.warnings])).not.toContain(secret);
    expect(statSync(join(dataDir, "secret.key"))).toMatchObject({ size: 32 });
    expect(statSync(join(dataDir, "secret.key")).mode & 0o777).toBe(0o600);
  });

  test("survives a restart of the hub, and is gone when it is removed", async () => {
    const dataDir = newFolder();
    const first = await TestHub.start({ dataDir });
    const { upstream, heads } = locked(eras.legacy());
    await upstream.start();
    await needsToken(first, upstream);
    await set(first);
    await first.whenUp("safe");
    await first.stop();
    heads.splice(0);

    const second = await TestHub.start({ dataDir });
    await second.whenUp("safe");
    expect(heads.filter(({ authorization }) => authorization !== bearer)).toEqual([]);
    expect((await listed(second)).credentials).toMatchObject([{ state: "sent" }]);
    expect(
      await second.rest("DELETE", "/servers/safe/credentials?name=authorization"),
    ).toMatchObject({ credentials: [] });
    await becomes(second, "needs-token");
    // Again changes nothing, and is no event.
    await second.rest("DELETE", "/servers/safe/credentials");
    const { events } = await journal(second, "?kind=credentials-changed");
    expect(events).toMatchObject([{ change: "removed" }, { change: "set" }]);
    await second.stop();

    const third = await TestHub.start({ dataDir });
    await becomes(third, "needs-token");
    expect((await listed(third)).credentials).toEqual([]);
  });

  test("goes with the server when that is removed", async () => {
    const hub = await TestHub.start();
    const { upstream } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    await hub.rest("DELETE", "/servers/safe?force=true");
    await expect(listed(hub)).rejects.toThrow("404");
    await needsToken(hub, upstream);
    expect((await listed(hub)).credentials).toEqual([]);
  });

  test("one in another header takes no place; the same header is replaced", async () => {
    const hub = await TestHub.start();
    const { upstream, heads, header } = locked(eras.modern(), {
      name: "x-api-key",
      value: "key-1",
    });
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub, { name: "X-Api-Key", value: "key-1" });
    await set(hub);
    await hub.whenUp("safe");
    expect(heads.at(-1)).toMatchObject({ "x-api-key": "key-1", authorization: bearer });
    header.value = "key-2";
    expect((await set(hub, { name: "x-api-key", value: "key-2" })).credentials).toMatchObject([
      { name: "Authorization" },
      { name: "x-api-key" },
    ]);
    await until("the newer one to come", () => heads.at(-1)?.["x-api-key"] === "key-2");
  });

  test("that the server refuses is called refused, until one is valid", async () => {
    const hub = await TestHub.start();
    const { upstream, header } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub, { value: "Bearer wrong-one" });
    await until(
      "it to be refused",
      async () => (await problem(hub))?.code === "CREDENTIAL_REFUSED",
    );
    expect(await problem(hub)).toMatchObject({
      cause: "The server refused the hub's credential (Authorization; HTTP 401).",
    });
    const call = await new ModernClient(hub.url).call("safe__echo").done;
    expect(call.response.error).toBeDefined();
    await set(hub);
    await hub.whenUp("safe");
    // The issuer of the token takes it back.
    header.value = "Bearer another";
    const refused = await new ModernClient(hub.url).call("safe__echo").done;
    expect(refused.response.error).toBeDefined();
    await becomes(hub, "needs-token");
    expect(await problem(hub)).toMatchObject({ code: "CREDENTIAL_REFUSED" });
    expect(await hub.rest("POST", "/diagnose", { server: "safe" })).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ code: "CREDENTIAL_REFUSED" })]),
    });
  });
});

describe("a credential is bound to where the server was", () => {
  test("it is not sent to another port until an admin has confirmed that", async () => {
    const hub = await TestHub.start();
    const { upstream } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    const [before] = (await listed(hub)).origins;
    await upstream.stop();

    const moved = locked(eras.modern());
    await moved.upstream.start();
    await until("the name to be free", () =>
      hub.announce("safe", moved.upstream.endpoint).then(
        () => true,
        () => false,
      ),
    );
    await until("the new place to be asked", async () => {
      const found = await problem(hub);
      return hub.status("safe") === "needs-token" && found?.code === "CREDENTIAL_NOT_SENT";
    });
    expect(await problem(hub)).toMatchObject({
      cause: expect.stringContaining(
        `it was given for ${before}, and the server is at ${origin(moved.upstream)} now`,
      ),
      fix: expect.stringContaining("mcp-hub credential confirm safe"),
    });
    expect(moved.heads.length).toBeGreaterThan(0);
    expect(JSON.stringify(moved.heads)).not.toContain(secret);
    expect(await listed(hub)).toMatchObject({
      origins: [origin(moved.upstream)],
      credentials: [{ origins: [before], state: "moved" }],
      problem: { cause: expect.stringContaining("does not send it") },
    });

    // Only what is there can be confirmed: somebody may have moved it again meanwhile.
    await expect(
      hub.rest("PUT", "/servers/safe/credentials/confirm", { origins: [before] }),
    ).rejects.toThrow(/400.*is at/);
    expect(JSON.stringify(moved.heads)).not.toContain(secret);
    const confirmed = await hub.rest("PUT", "/servers/safe/credentials/confirm", {
      origins: [origin(moved.upstream)],
    });
    expect(confirmed).toMatchObject({
      credentials: [{ origins: [origin(moved.upstream)], state: "sent" }],
    });
    await hub.whenUp("safe");
    expect(moved.heads.at(-1)).toMatchObject({ authorization: bearer });
  });

  test("a server that lets everybody in where it moved to gets none, and says so in a warning", async () => {
    const hub = await TestHub.start();
    const { upstream } = locked(eras.legacy());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    await upstream.stop();
    const open = eras.modern();
    const heads: IncomingMessage["headers"][] = [];
    open.intercept = (request) => {
      heads.push(request.headers);
      return false;
    };
    await open.start();
    await until("the name to be free", () =>
      hub.announce("safe", open.endpoint).then(
        () => true,
        () => false,
      ),
    );
    await until("it to be up there", () => heads.length > 0 && hub.status("safe") === "up");
    await new ModernClient(hub.url).call("safe__echo").done;
    const detail = (await hub.rest("GET", "/servers/safe")) as ServerDetail; // held to the contract
    expect(detail.instances.flatMap(({ warnings }) => warnings).join()).toContain(
      "mcp-hub credential confirm safe",
    );
    expect(JSON.stringify(heads)).not.toContain(secret);
  });

  test("another name at the same endpoint does not get it", async () => {
    const hub = await TestHub.start();
    const { upstream } = locked(eras.legacy());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    await hub.announce("twin", upstream.endpoint);
    await until("its twin to be locked out", () => hub.status("twin") === "needs-token");
    const client = await LegacyClient.open(hub.url, { path: "/servers/twin/mcp" }).catch(
      (error: unknown) => error,
    );
    expect(client).not.toBeInstanceOf(LegacyClient);
    expect(upstream.calls).toEqual([]);
    expect(hub.status("twin")).toBe("needs-token");
  });

  test("another name does not get into the session that the probe keeps with it", async () => {
    const hub = await TestHub.start();
    const upstream = eras.legacy();
    // It asks once, for a session, and lets nobody end one.
    upstream.intercept = (request, response) => {
      const isIn = request.headers["mcp-session-id"] !== undefined;
      if (request.method !== "DELETE" && (isIn || request.headers.authorization === bearer))
        return false;
      request.resume();
      response.writeHead(request.method === "DELETE" ? 405 : 401).end();
      return true;
    };
    await needsToken(hub, await upstream.start());
    await set(hub);
    await hub.whenUp("safe");
    await hub.announce("twin", upstream.endpoint);
    await until("its twin to be locked out", () => hub.status("twin") === "needs-token");
    expect(hub.entry("twin")?.snapshot).toBeUndefined();
  });

  test("it follows a redirect on the same origin, and none to another", async () => {
    const hub = await TestHub.start();
    const canary = new ModernUpstream({ name: "safe" });
    await canary.start();
    const heads: IncomingMessage["headers"][] = [];
    canary.intercept = (request) => {
      heads.push(request.headers);
      return false;
    };
    const { upstream } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    const lets = upstream.intercept;
    const seen: (string | undefined)[] = [];
    upstream.intercept = (request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      if (request.url !== "/mcp") return lets?.(request, response) ?? false;
      request.resume();
      response.writeHead(307, { location: "/there" }).end();
      return true;
    };
    expect((await new ModernClient(hub.url).call("safe__echo").done).response.result).toBeDefined();
    // Probes come by as well.
    expect(new Set(seen)).toEqual(new Set([`/mcp ${bearer}`, `/there ${bearer}`]));
    upstream.intercept = (request, response) => {
      request.resume();
      response.writeHead(307, { location: canary.endpoint }).end();
      return true;
    };
    await new ModernClient(hub.url).call("safe__echo").done;
    await hub.rest("POST", "/servers/safe/probe");
    expect(heads).toEqual([]);
  });
});

describe("callers", () => {
  test("cannot put anything in the place of the hub's credential, nor add to it", async () => {
    const hub = await TestHub.start();
    const { upstream, heads } = locked(eras.modern());
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await set(hub, { name: "X-Api-Key", value: "the-hubs-own" });
    await hub.whenUp("safe");
    heads.splice(0);
    const theirs = { authorization: "Bearer theirs", "x-api-key": "theirs", cookie: "theirs=1" };
    for (const [path, name] of [
      ["/mcp", "safe__echo"],
      ["/servers/safe/mcp", "echo"],
    ] as const)
      await new ModernClient(hub.url, { path }).send("tools/call", { name, arguments: {} }, theirs)
        .done;
    expect(heads.filter((head) => head["mcp-method"] === "tools/call").length).toBe(2);
    for (const head of heads)
      expect(head).toMatchObject({ authorization: bearer, "x-api-key": "the-hubs-own" });
    expect(JSON.stringify(heads)).not.toContain("theirs");
  });

  test("get the server's answer as it is, also when it says the secret; findings of the hub do not", async () => {
    const hub = await TestHub.start();
    // It takes what it is sent for its name, too.
    const { upstream } = locked(new ModernUpstream({ name: `called ${secret}` }));
    upstream.on("echo", (call) => textResult(String(call.headers.authorization)));
    await upstream.start();
    await needsToken(hub, upstream);
    await set(hub);
    await hub.whenUp("safe");
    const { response } = await new ModernClient(hub.url).call("safe__echo").done;
    expect(JSON.stringify(response.result)).toContain(secret);
    await hub.rest("POST", "/servers/safe/probe");
    const seen = (await hub.rest("GET", "/servers/safe")) as ServerDetail; // held to the contract
    expect(seen.instances[0]?.probe).toMatchObject({ serverName: "called [secret]" });
    const named = await hub.rest("POST", "/diagnose", { server: "safe" });
    expect(JSON.stringify(named)).toContain("called [secret]");
    expect(JSON.stringify(named)).not.toContain(secret);

    const said = encodeURIComponent(bearer);
    upstream.intercept = (request, reply) => {
      request.resume();
      reply.writeHead(302, { location: `/login?was=${said}&or=${secret}` }).end();
      return true;
    };
    const diagnosis = await hub.rest("POST", "/diagnose", { server: "safe" });
    expect(JSON.stringify(diagnosis)).toContain("redirect");
    await hub.rest("POST", "/servers/safe/probe");
    const { instances, warnings } = (await hub.rest("GET", "/servers/safe")) as ServerDetail; // held to the contract
    const answers = [diagnosis, instances, warnings, await journal(hub)];
    expect(JSON.stringify(answers)).not.toContain(secret);
  });
});

describe("who may give, see and take credentials", () => {
  const access = knownTokens({
    admin: [{ action: "admin" }],
    "safe-admin": [{ action: "admin", servers: ["safe"] }, { action: "read" }],
    caller: [{ action: "call" }],
    stranger: [{ action: "admin", servers: ["other-*"] }],
  });
  const body = JSON.stringify({ kind: "header", name: "Authorization", value: bearer });

  async function world() {
    const hub = await TestHub.start({ access, token: "admin" });
    const { upstream, heads } = locked(eras.modern());
    await needsToken(hub, await upstream.start());
    const ask = (token: string | undefined, method: string, path: string, sent?: string) =>
      fetch(`${hub.url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(sent === undefined ? {} : { body: sent }),
      });
    return { hub, heads, ask };
  }

  const path = "/servers/safe/credentials";
  const requests = [
    ["GET", path, undefined],
    ["PUT", path, body],
    ["DELETE", path, undefined],
    ["PUT", `${path}/confirm`, JSON.stringify({ origins: ["http://127.0.0.1:9"] })],
  ] as const;

  test("an admin of the server, and nobody else; who does not see the server finds nothing", async () => {
    const { hub, heads, ask } = await world();
    for (const [method, at, sent] of requests) {
      expect((await ask(undefined, method, at, sent)).status).toBe(401);
      expect((await ask("caller", method, at, sent)).status).toBe(403);
      expect((await ask("stranger", method, at, sent)).status).toBe(404);
    }
    expect((await listed(hub)).credentials).toEqual([]);
    expect((await ask("safe-admin", "PUT", path, body)).status).toBe(200);
    await hub.whenUp("safe");
    expect((await listed(hub)).credentials).toMatchObject([{ setBy: "safe-admin" }]);
    for (const [token, sees] of [
      ["admin", true],
      ["safe-admin", true],
      ["caller", false],
    ] as const) {
      const detail = (await (await ask(token, "GET", "/servers/safe")).json()) as ServerDetail; // held to the contract
      expect([token, detail.credentials !== undefined]).toEqual([token, sees]);
    }
    // The token of the caller stays with the hub.
    const call = new ModernClient(hub.url, { token: "caller" }).call("safe__echo");
    expect((await call.done).response.result).toBeDefined();
    expect(heads.at(-1)).toMatchObject({ authorization: bearer });
  });
});

describe("what is no credential", () => {
  const names = [
    ...["Host", "content-length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Upgrade"],
    ...["Mcp-Session-Id", "mcp-protocol-version", "Mcp-Hub-Via", "mcp-param-x", "Cookie", "Accept"],
    ...["Proxy-Authorization", "X-Forwarded-For", "Forwarded", "User-Agent", "Content-Type"],
    ...["", "a b", "Naïve", "X-Api-Key:", "X\r\nY", "x".repeat(101)],
  ];
  test.each(names.map((name) => [JSON.stringify(name).slice(0, 30), name]))(
    "the header %s is refused",
    async (_, name) => {
      const hub = await TestHub.start();
      await hub.announce("safe", "http://127.0.0.1:9/mcp");
      await expect(set(hub, { name })).rejects.toThrow(/400/);
      expect((await listed(hub)).credentials).toEqual([]);
    },
  );

  const values = [
    "",
    " a",
    "a ",
    "a\nb",
    "a\r\nX-Injected: 1",
    "ü",
    "a\tb",
    "a\0",
    "x".repeat(8_193),
  ];
  test.each(values.map((value) => [JSON.stringify(value).slice(0, 30), value]))(
    "the value %s is refused, and not repeated",
    async (_, value) => {
      const hub = await TestHub.start();
      await hub.announce("safe", "http://127.0.0.1:9/mcp");
      const refusal = await set(hub, { value: `${value}` }).then(String, String);
      expect(refusal).toMatch(/400/);
      expect(refusal).toContain("visible ASCII");
      if (value.trim().length > 3)
        expect(refusal).not.toContain(JSON.stringify(value).slice(1, 20));
    },
  );

  test("more than eight for one server, or more than their heads can hold, are refused", async () => {
    const hub = await TestHub.start();
    await hub.announce("safe", "http://127.0.0.1:9/mcp");
    for (let index = 0; index < 8; index += 1) await set(hub, { name: `X-Key-${index}` });
    await expect(set(hub, { name: "X-Key-8" })).rejects.toThrow(/400.*at most 8/);
    await set(hub, { name: "X-Key-1", value: "x".repeat(8_000) });
    await expect(set(hub, { name: "X-Key-2", value: "x".repeat(8_000) })).rejects.toThrow(/12288/);
  });
});

const origin = (upstream: Upstream) => new URL(upstream.endpoint).origin;
