import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@hub/core";
import type { Grant } from "@hub/core/access";
import {
  closeAll,
  closeLater,
  holdResponse,
  knownTokens,
  LegacyUpstream,
  ModernUpstream,
  OidcIssuer,
  type OidcIssuerOptions,
  TestHub,
  type TestHubOptions,
  until,
  Visitor,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ownPath } from "../src/access/sign-in/own-path.js";

afterEach(closeAll);

/** Time as it is, and some more. */
class AheadClock implements Clock {
  aheadMs = 0;

  wall(): number {
    return Date.now() + this.aheadMs;
  }

  monotonic(): number {
    return performance.now() + this.aheadMs;
  }
}

/** Somebody at the page of a hub. */
class Person extends Visitor {
  readonly #hub: string;

  constructor(hub: { readonly url: string }) {
    super();
    this.#hub = hub.url;
  }

  /** What the page asks: as a browser, with the origin where something may change. */
  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const answer = await this.fetch(`${this.#hub}${path}`, {
      method,
      headers: {
        "sec-fetch-site": "same-origin",
        ...(method === "GET" ? {} : { origin: this.#hub }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await holdResponse(method, path, answer);
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.ask("GET", "/session")).body.isSignedIn;
  }
}

/** A hub with a token of an admin, and one with other grants. */
async function start(
  options: TestHubOptions = {},
  grants: readonly Grant[] = [{ action: "read" }],
) {
  const open = await TestHub.start(options);
  const made = async (name: string, granted: readonly Grant[], token?: string) => {
    const answer = await fetch(`${open.url}/tokens`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ name, grants: granted }),
    });
    return (await answer.json()) as { readonly id: string; readonly token: string }; // as its contract says
  };
  const admin = await made("Admin", [{ action: "admin" }]);
  const other = await made("Ada", grants, admin.token);
  return { hub: open, admin, other, ada: new Person(open) };
}

describe("signing in with a token", () => {
  test("gives the browser a cookie that no script reads, and that allows what the token allows", async () => {
    const { hub, other, ada } = await start();
    expect((await ada.ask("GET", "/session")).body).toEqual({ isSignedIn: false, ways: ["token"] });
    expect((await ada.ask("GET", "/servers")).status).toBe(401);
    const { status, body } = await ada.ask("POST", "/session", { token: other.token });
    expect([status, body.isSignedIn]).toEqual([200, true]);
    const [cookie = "", ...more] = ada.cookiesOf(hub.url);
    expect(more).toEqual([]);
    expect(cookie).toMatch(
      new RegExp(
        `^mcp-hub-session-${hub.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Max-Age=4\\d{4}$`,
      ),
    );
    expect(cookie).not.toContain(other.token);
    expect((await ada.ask("GET", "/whoami")).body).toMatchObject({
      kind: "token",
      name: "Ada",
      grants: [{ action: "read" }],
    });
    expect((await ada.ask("GET", "/servers")).status).toBe(200);
    expect((await ada.ask("GET", "/tokens")).status).toBe(403);
  });

  test("is refused with what is no token, or no longer", async () => {
    const { ada, other } = await start();
    for (const token of ["mh_nobody", `${other.token}x`, "Bearer x", "a.b.c", "\u0000"]) {
      const answer = await ada.ask("POST", "/session", { token });
      expect([token, answer.status]).toEqual([token, 401]);
    }
    expect((await ada.ask("POST", "/session", {})).status).toBe(400);
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("ends with the token, at once", async () => {
    const { hub, admin, other, ada } = await start();
    await ada.ask("POST", "/session", { token: other.token });
    expect(await ada.isSignedIn()).toBe(true);
    await fetch(`${hub.url}/tokens/${other.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${admin.token}` },
    });
    expect((await ada.ask("GET", "/servers")).status).toBe(401);
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("ends after its time, and when its person signs out", async () => {
    const clock = new AheadClock();
    const { hub, other, ada } = await start({ clock });
    await ada.ask("POST", "/session", { token: other.token });
    clock.aheadMs = 12 * 3_600_000 + 1;
    expect(await ada.isSignedIn()).toBe(false);
    await ada.ask("POST", "/session", { token: other.token });
    const [cookie = ""] = ada.cookiesOf(hub.url)[0]?.split(";") ?? [];
    expect((await ada.ask("DELETE", "/session")).status).toBe(204);
    expect(ada.cookiesOf(hub.url)).toEqual([]);
    const kept = await fetch(`${hub.url}/servers`, { headers: { cookie } });
    expect(kept.status).toBe(401);
  });

  test("ends what is open with it, when its person signs out and after its time", async () => {
    const clock = new AheadClock();
    const { hub, other, ada } = await start({ clock });
    const watch = async (headers: Record<string, string> = {}) => {
      const answer = await ada.fetch(`${hub.url}/events`, {
        headers: { accept: "text/event-stream", ...headers },
      });
      expect(answer.status).toBe(200);
      const stream = { isOver: false };
      const isOver = () => {
        stream.isOver = true;
      };
      answer.text().then(isOver, isOver);
      return stream;
    };
    await ada.ask("POST", "/session", { token: other.token });
    const first = await watch();
    const byToken = await watch({ authorization: `Bearer ${other.token}` });
    await ada.ask("DELETE", "/session");
    await until("the stream to end with the sign-out", () => first.isOver);
    await ada.ask("POST", "/session", { token: other.token });
    const second = await watch();
    clock.aheadMs = 12 * 3_600_000 + 1;
    await until("the stream to end with its time", () => second.isOver);
    expect(byToken.isOver).toBe(false);
  });

  test.each(["/mcp", "/servers/tides/mcp"])(
    "ends the sessions of MCP at %s that were opened with it, and not those of its token",
    async (path) => {
      const { hub, admin, other, ada } = await start({}, [{ action: "call" }]);
      const tides = await LegacyUpstream.start({ tools: ["echo"] });
      await fetch(`${hub.url}/register`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${admin.token}` },
        body: JSON.stringify({ name: "tides", endpoint: tides.endpoint, transport: "http" }),
      });
      await hub.whenUp("tides");
      const ask = (headers: Record<string, string>, body: object) =>
        ada.fetch(`${hub.url}${path}`, {
          method: "POST",
          headers: {
            accept: "application/json, text/event-stream",
            "content-type": "application/json",
            ...headers,
          },
          body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
        });
      const openSession = async (headers: Record<string, string>) => {
        const opened = await ask(headers, {
          method: "initialize",
          params: {
            protocolVersion: "2025-11-25",
            capabilities: {},
            clientInfo: { name: "page", version: "1" },
          },
        });
        await opened.text();
        const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
        expect(session).not.toEqual({ "mcp-session-id": "" });
        return session;
      };
      const page = { origin: hub.url, "sec-fetch-site": "same-origin" };
      const bearer = { authorization: `Bearer ${other.token}` };
      const statusIn = async (headers: Record<string, string>) => {
        const answer = await ask(headers, { method: "tools/list" });
        await answer.text();
        return answer.status;
      };
      await ada.ask("POST", "/session", { token: other.token });
      const byCookie = await openSession(page);
      const byToken = await openSession(bearer);
      for (const session of [byCookie, byToken])
        expect(await statusIn({ ...page, ...session })).toBe(200);
      await ada.ask("DELETE", "/session");
      // The same person again, who would own it.
      await ada.ask("POST", "/session", { token: other.token });
      expect(await statusIn({ ...page, ...byCookie })).toBe(404);
      expect(await statusIn({ ...bearer, ...byCookie })).toBe(404);
      expect(await statusIn({ ...bearer, ...byToken })).toBe(200);
    },
  );

  test("ends MCP streams that were opened with it, and not those of its token", async () => {
    const { hub, other, ada } = await start({}, [{ action: "call" }]);
    await ada.ask("POST", "/session", { token: other.token });
    const page = { origin: hub.url, "sec-fetch-site": "same-origin" };
    const ask = (headers: Record<string, string>, body?: object) =>
      ada.fetch(`${hub.url}/mcp`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          accept: body === undefined ? "text/event-stream" : "application/json, text/event-stream",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const follow = async (headers: Record<string, string>) => {
      const opened = await ask(headers, {
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: "2025-11-25",
          capabilities: {},
          clientInfo: { name: "page", version: "1" },
        },
      });
      await opened.text();
      const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
      const answer = await ask({ ...headers, ...session });
      expect(answer.status).toBe(200);
      const stream = { isOver: false };
      const isOver = () => {
        stream.isOver = true;
      };
      answer.text().then(isOver, isOver);
      return stream;
    };
    const byCookie = await follow(page);
    const byToken = await follow({ authorization: `Bearer ${other.token}` });
    await ada.ask("DELETE", "/session");
    await until("the stream to end with the sign-out", () => byCookie.isOver);
    expect(byToken.isOver).toBe(false);
  });

  test("ends when the file has another token under the same id, and not for other grants", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-sign-in-"));
    closeLater(() => rmSync(folder, { recursive: true, force: true }));
    const tokensFile = join(folder, "tokens.json");
    const [before, after] = ["a", "b"].map((letter) => `mh_ops_${letter.repeat(43)}`);
    const write = (token = "", grants: readonly Grant[] = []) => {
      const sha256 = createHash("sha256").update(token).digest("hex");
      writeFileSync(tokensFile, JSON.stringify([{ id: "ops", name: "Ops", sha256, grants }]));
    };
    write(before, [{ action: "read" }]);
    const hub = await TestHub.start({ tokensFile });
    const ada = new Person(hub);
    await ada.ask("POST", "/session", { token: before });
    const action = async () => (await ada.ask("GET", "/whoami")).body.grants[0]?.action;
    expect(await action()).toBe("read");
    write(before, [{ action: "call" }]);
    await until("the other grants", async () => (await action()) === "call");
    write(after, [{ action: "call" }]);
    await until("the end of the session", async () => !(await ada.isSignedIn()));
  });

  test("anew ends the session before, and begins with another cookie", async () => {
    const { hub, other, admin, ada } = await start();
    await ada.ask("POST", "/session", { token: other.token });
    const [before = ""] = ada.cookiesOf(hub.url)[0]?.split(";") ?? [];
    await ada.ask("POST", "/session", { token: admin.token });
    expect((await ada.ask("GET", "/whoami")).body.name).toBe("Admin");
    const answer = await fetch(`${hub.url}/servers`, { headers: { cookie: before } });
    expect(answer.status).toBe(401);
  });

  test("is not asked of anybody by an open hub", async () => {
    const hub = await TestHub.start();
    const ada = new Person(hub);
    expect((await ada.ask("GET", "/session")).body).toEqual({ isSignedIn: false, ways: [] });
    expect((await ada.ask("POST", "/session", { token: "any" })).status).toBe(400);
  });

  test("behind TLS gives a cookie that only this host gets, and takes the page's changes there", async () => {
    const publicUrl = "https://hub.example";
    const access = knownTokens({ admin: [{ action: "admin" }] });
    const hub = await TestHub.start({ access, config: { publicUrl } });
    const send = (method: string, path: string, headers: Record<string, string>, body: object) =>
      fetch(`${hub.url}${path}`, {
        method,
        headers: { host: "hub.example", "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
    const page = { origin: publicUrl, "sec-fetch-site": "same-origin" };
    const answer = await send("POST", "/session", page, { token: "admin" });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-mcp-hub-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
    );
    const signedIn = { cookie: cookie.split(";", 1)[0] ?? "" };
    const toolset = { name: "Desk", servers: ["tides"] };
    expect((await send("POST", "/toolsets", signedIn, toolset)).status).toBe(403);
    expect((await send("POST", "/toolsets", { ...page, ...signedIn }, toolset)).status).toBe(201);
  });
});

/** The same hub in its next process. */
const again = async (hub: TestHub, options: TestHubOptions = {}) => {
  await hub.stop();
  const next = await TestHub.start({ ...options, dataDir: hub.dataDir, port: hub.port });
  // Connections that `fetch` kept to the process before are gone by then.
  await until("the next process to answer", () =>
    fetch(`${next.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return next;
};

function newDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-sign-ins-"));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const cookieOf = (hub: TestHub, person: Person) => person.cookiesOf(hub.url)[0]?.split(";", 1)[0];

describe("a session, when the hub restarts", () => {
  test("goes on, with what its token allows, and ends with that", async () => {
    const { hub, admin, other, ada } = await start({ dataDir: newDataDir() });
    await ada.ask("POST", "/session", { token: other.token });
    const second = await again(hub);
    expect((await ada.ask("GET", "/whoami")).body).toMatchObject({
      id: `token:${other.id}`,
      name: "Ada",
      grants: [{ action: "read" }],
    });
    expect((await ada.ask("GET", "/servers")).status).toBe(200);
    const third = await again(second);
    // Before anybody came with the cookie.
    await fetch(`${third.url}/tokens/${other.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${admin.token}` },
    });
    expect((await ada.ask("GET", "/servers")).status).toBe(401);
    await again(third);
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("is over when its person signed out, and when its time is over", async () => {
    const clock = new AheadClock();
    const { hub, other, ada } = await start({ clock, dataDir: newDataDir() });
    const bea = new Person(hub);
    for (const one of [ada, bea]) await one.ask("POST", "/session", { token: other.token });
    const cookie = cookieOf(hub, ada) ?? "";
    await ada.ask("DELETE", "/session");
    const second = await again(hub, { clock });
    const answer = await fetch(`${second.url}/servers`, { headers: { cookie } });
    expect(answer.status).toBe(401);
    expect(await bea.isSignedIn()).toBe(true);
    clock.aheadMs = 12 * 3_600_000 + 1;
    await again(second, { clock });
    expect(await bea.isSignedIn()).toBe(false);
  });

  test("is in the data without what would open it", async () => {
    const dataDir = newDataDir();
    const { hub, other, ada } = await start({ dataDir });
    await ada.ask("POST", "/session", { token: other.token });
    const [, value = ""] = cookieOf(hub, ada)?.split("=") ?? [];
    expect(value).toMatch(/^[\w-]{43}$/);
    await hub.stop();
    for (const name of readdirSync(dataDir)) {
      const bytes = readFileSync(join(dataDir, name)).toString("latin1");
      expect([name, bytes.includes(value)]).toEqual([name, false]);
    }
  });

  test("ends when a file has another token under its id meanwhile", async () => {
    const tokensFile = join(newDataDir(), "tokens.json");
    const [before, after] = ["a", "b"].map((letter) => `mh_ops_${letter.repeat(43)}`);
    const write = (token = "") => {
      const sha256 = createHash("sha256").update(token).digest("hex");
      const grants = [{ action: "read" }];
      writeFileSync(tokensFile, JSON.stringify([{ id: "ops", name: "Ops", sha256, grants }]));
    };
    write(before);
    const hub = await TestHub.start({ tokensFile, dataDir: newDataDir() });
    const ada = new Person(hub);
    await ada.ask("POST", "/session", { token: before });
    const second = await again(hub, { tokensFile });
    expect(await ada.isSignedIn()).toBe(true);
    await second.stop();
    write(after);
    await again(second, { tokensFile });
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("each has at most fifty, the oldest of which ends for a further one, across restarts", async () => {
    const { hub, other } = await start({ dataDir: newDataDir() });
    const signedIn = async () => {
      const person = new Person(hub);
      await person.ask("POST", "/session", { token: other.token });
      return person;
    };
    const first = await signedIn();
    const second = await signedIn();
    for (let count = 2; count < 50; count += 1) await signedIn();
    const next = await again(hub);
    await signedIn();
    expect([await first.isSignedIn(), await second.isSignedIn()]).toEqual([false, true]);
    await again(next);
    expect([await first.isSignedIn(), await second.isSignedIn()]).toEqual([false, true]);
  });
});

describe("whoever is signed in", () => {
  const toolset = { name: "Desk", servers: ["tides"] };

  test("changes something from the hub's own page only", async () => {
    const { hub, admin, ada } = await start();
    await ada.ask("POST", "/session", { token: admin.token });
    const post = (headers: Record<string, string>) =>
      ada
        .fetch(`${hub.url}/toolsets`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(toolset),
        })
        .then(({ status }) => status);
    expect(await post({})).toBe(403);
    expect(await post({ "sec-fetch-site": "same-origin" })).toBe(403);
    expect(await post({ origin: "null" })).toBe(403);
    expect(await post({ origin: "https://evil.example" })).toBe(403);
    expect(await post({ origin: `http://127.0.0.1:1` })).toBe(403);
    expect(await post({ origin: hub.url, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await post({ origin: hub.url, "sec-fetch-site": "same-site" })).toBe(403);
    expect(await post({ origin: hub.url, "sec-fetch-site": "same-origin" })).toBe(201);
  });

  test("reads nothing by way of a page of another site", async () => {
    const { hub, admin, ada } = await start();
    await ada.ask("POST", "/session", { token: admin.token });
    const get = (site: string) =>
      ada
        .fetch(`${hub.url}/servers`, { headers: { "sec-fetch-site": site } })
        .then(({ status }) => status);
    expect([await get("none"), await get("same-origin")]).toEqual([200, 200]);
    expect([await get("cross-site"), await get("same-site")]).toEqual([401, 401]);
  });

  test("calls tools from the page as itself, and its cookie reaches no server", async () => {
    const { hub, admin, ada } = await start();
    const tides = await ModernUpstream.start({ name: "tides", tools: ["echo"] });
    const cookies: unknown[] = [];
    tides.intercept = ({ headers }) => {
      cookies.push(headers.cookie, headers.authorization);
      return false;
    };
    await fetch(`${hub.url}/register`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${admin.token}` },
      body: JSON.stringify({
        name: "tides",
        endpoint: tides.endpoint,
        transport: "streamable-http",
      }),
    });
    await hub.whenUp("tides");
    await ada.ask("POST", "/session", { token: admin.token });
    const call = (headers: Record<string, string>) =>
      ada
        .fetch(`${hub.url}/servers/tides/mcp`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            ...headers,
          },
          body: JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "initialize",
            params: {
              protocolVersion: "2025-11-25",
              capabilities: {},
              clientInfo: { name: "page", version: "1" },
            },
          }),
        })
        .then(({ status }) => status);
    expect(await call({})).not.toBe(200);
    expect(await call({ origin: hub.url, "sec-fetch-site": "same-origin" })).toBe(200);
    expect(new Set(cookies)).toEqual(new Set([undefined]));
  });

  test("is nobody with a made-up cookie, with two, or with one of another port", async () => {
    const { hub, admin, ada } = await start();
    await ada.ask("POST", "/session", { token: admin.token });
    const [cookie = ""] = ada.cookiesOf(hub.url)[0]?.split(";") ?? [];
    const name = `mcp-hub-session-${hub.port}`;
    const statusWith = (value: string, path = "/servers") =>
      fetch(`${hub.url}${path}`, { headers: { cookie: value } }).then(({ status }) => status);
    expect(await statusWith(cookie)).toBe(200);
    for (const value of [
      `${name}=${"a".repeat(43)}`,
      `${name}=`,
      `${cookie}; ${cookie}`,
      `${cookie}; ${name}=other`,
      cookie.replace(name, "mcp-hub-session-1"),
      cookie.replace(name, "mcp-hub-session"),
      cookie.slice(0, -1),
    ])
      expect([value, await statusWith(value)]).toEqual([value, 401]);
    // The page of who has to sign in again must come, whatever the browser sends along.
    expect(await statusWith(`${name}=old`, "/healthz")).toBe(200);
  });

  test("is not used where a token is sent that is not valid", async () => {
    const { admin, ada } = await start();
    await ada.ask("POST", "/session", { token: admin.token });
    const answer = await ada.ask("GET", "/servers", undefined, { authorization: "Bearer nobody" });
    expect(answer.status).toBe(401);
  });
});

const rules = [{ claims: { groups: ["sailors"] }, grants: [{ action: "call" as const }] }];

async function startWithIssuer(
  people: object = {},
  { issuer: options, ...hubOptions }: TestHubOptions & { issuer?: OidcIssuerOptions } = {},
) {
  // The port is chosen first, because the issuer has to know where people come back to.
  const hub0 = await TestHub.start(hubOptions);
  const { port, dataDir } = hub0;
  await hub0.stop();
  const issuer = await OidcIssuer.start({
    clients: [
      {
        client_id: "hub",
        client_secret: "of-the-hub",
        redirect_uris: [`${hub0.url}/session/callback`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        application_type: "native",
      },
    ],
    ...options,
  });
  issuer.account = { sub: "ada", email: "ada@example.com", groups: ["sailors"] };
  const clock = new AheadClock();
  const hub = await TestHub.start({
    ...hubOptions,
    clock,
    port,
    dataDir: `${dataDir}-2`,
    oidc: {
      people: { issuer: issuer.url, clientId: "hub", clientSecret: "of-the-hub", ...people },
    },
  });
  return { hub, issuer, clock, ada: new Person(hub) };
}

describe("signing in with the issuer", () => {
  test("goes there and back, and to where the person was", async () => {
    const { hub, issuer, ada } = await startWithIssuer({ rules });
    expect((await ada.ask("GET", "/session")).body).toEqual({
      isSignedIn: false,
      ways: ["token", "issuer"],
      issuer: issuer.url,
    });
    const { url } = await ada.visit(`${hub.url}/session/issuer?to=/servers?tag=sea`);
    expect(url.href).toBe(`${hub.url}/servers?tag=sea`);
    expect((await ada.ask("GET", "/whoami")).body).toMatchObject({
      kind: "person",
      id: `${issuer.url} ada`,
      name: "ada@example.com",
      grants: [{ action: "call" }],
    });
    expect(ada.cookiesOf(hub.url)).toHaveLength(1);
    expect((await ada.ask("GET", "/servers")).status).toBe(200);
    expect((await ada.ask("GET", "/tokens")).status).toBe(403);
    await ada.ask("DELETE", "/session");
    expect((await ada.ask("GET", "/servers")).status).toBe(401);
  });

  test("goes on after a restart of the hub, until it is told other things of issuers", async () => {
    const { hub, issuer, ada } = await startWithIssuer({ rules });
    const people = { issuer: issuer.url, clientId: "hub", clientSecret: "of-the-hub" };
    await ada.visit(`${hub.url}/session/issuer`);
    const second = await again(hub, { oidc: { people: { ...people, rules } } });
    expect((await ada.ask("GET", "/whoami")).body).toMatchObject({
      kind: "person",
      name: "ada@example.com",
      grants: [{ action: "call" }],
    });
    const fewer = [{ claims: { groups: ["captains"] }, grants: [{ action: "call" as const }] }];
    await again(second, { oidc: { people: { ...people, rules: fewer } } });
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("allows what its scopes allow where no rules say who may do what", async () => {
    const { hub, ada } = await startWithIssuer({}, { issuer: { scopes: ["hub:read"] } });
    await ada.visit(`${hub.url}/session/issuer`);
    expect((await ada.ask("GET", "/whoami")).body.grants).toEqual([{ action: "read" }]);
  });

  test("works with an issuer that knows no scopes of the hub", async () => {
    const { hub, ada, issuer } = await startWithIssuer(
      { rules, usesScopes: false },
      { issuer: { scopes: [] } },
    );
    await ada.visit(`${hub.url}/session/issuer`);
    expect((await ada.ask("GET", "/whoami")).body.grants).toEqual([{ action: "call" }]);
    expect(issuer.requests.some((one) => one.includes("resource="))).toBe(false);
  });

  test("as the person that the issuer knows, which may have no rights here", async () => {
    const { hub, issuer, ada } = await startWithIssuer({ rules });
    issuer.account = { sub: "eve", groups: ["pirates"] };
    await ada.visit(`${hub.url}/session/issuer`);
    expect((await ada.ask("GET", "/whoami")).body).toMatchObject({ name: "eve", grants: [] });
    expect((await ada.ask("GET", "/servers")).status).toBe(403);
  });

  test("fails at another browser than the one it began at, and when it is replayed", async () => {
    const { hub, ada } = await startWithIssuer({ rules });
    const isBack = ({ pathname }: URL) => pathname === "/session/callback";
    const { url } = await ada.visit(`${hub.url}/session/issuer`, isBack);
    const eve = new Person(hub);
    const stolen = await eve.fetch(url);
    expect(stolen.headers.get("location")).toBe("/ui/sign-in?problem=expired");
    expect(await eve.isSignedIn()).toBe(false);
    // Eve began one of her own, and gets the answer that was for Ada.
    await eve.visit(`${hub.url}/session/issuer`, isBack);
    expect((await eve.fetch(url)).headers.get("location")).toBe("/ui/sign-in?problem=refused");
    expect(await eve.isSignedIn()).toBe(false);
    expect((await ada.fetch(url)).headers.get("location")).toBe("/");
    expect(await ada.isSignedIn()).toBe(true);
    expect((await ada.fetch(url)).headers.get("location")).toBe("/ui/sign-in?problem=expired");
    expect(await ada.isSignedIn()).toBe(true);
    expect(hub.warnings.length).toBeGreaterThan(2);
    expect(JSON.stringify(hub.warnings)).not.toContain(url.searchParams.get("code"));
  });

  test.each([
    ["another state", { state: "x" }],
    ["another issuer", { iss: "https://other.example" }],
    ["another code", { code: "x" }],
    ["an error of the issuer", { error: "access_denied", code: undefined }],
  ])("is refused with %s", async (_, changed) => {
    const { hub, ada } = await startWithIssuer({ rules });
    const { url } = await ada.visit(
      `${hub.url}/session/issuer`,
      ({ pathname }) => pathname === "/session/callback",
    );
    for (const [name, value] of Object.entries(changed)) {
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    expect((await ada.fetch(url)).headers.get("location")).toBe("/ui/sign-in?problem=refused");
    expect(await ada.isSignedIn()).toBe(false);
  });

  test("is not possible while the issuer is away, which the log says", async () => {
    const { hub, issuer, ada } = await startWithIssuer({ rules });
    await issuer.stop();
    const answer = await ada.fetch(`${hub.url}/session/issuer?to=/ui/access`);
    expect(answer.headers.get("location")).toBe(
      "/ui/sign-in?problem=unavailable&to=%2Fui%2Faccess",
    );
    expect(hub.warnings).toContainEqual(expect.objectContaining({ event: "sign-in-failed" }));
  });

  test("is said at the start of a hub that cannot reach its issuer, which starts all the same", async () => {
    const issuer = await OidcIssuer.start();
    await issuer.stop();
    const hub = await TestHub.start({
      oidc: {
        people: { issuer: issuer.url },
        workloads: [{ issuer: `${issuer.url}/w`, rules: [] }],
      },
    });
    await until("both to be said", () => hub.warnings.length === 2);
    for (const [index, url] of [issuer.url, `${issuer.url}/w`].entries())
      expect(hub.warnings[index]).toMatchObject({
        event: "issuer-unreachable",
        issuer: url,
        error: expect.stringContaining("ECONNREFUSED"),
        fix: expect.stringContaining("MCP_HUB_OIDC_ISSUER"),
      });
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${hub.url}/servers`)).status).toBe(401);
  });

  test("needs a client that the issuer knows", async () => {
    const { hub, ada } = await startWithIssuer({ rules, clientId: undefined });
    const answer = await ada.fetch(`${hub.url}/session/issuer`);
    expect(answer.headers.get("location")).toBe("/ui/sign-in?problem=unavailable");
    expect(JSON.stringify(hub.warnings)).toContain("MCP_HUB_OIDC_CLIENT_ID");
    const without = await TestHub.start();
    expect((await fetch(`${without.url}/session/issuer`)).status).toBe(404);
  });

  test("needs no client where the issuer takes the document by which the hub describes itself", async () => {
    const issuer = await OidcIssuer.start();
    const publicUrl = "https://hub.example";
    const hub = await TestHub.start({
      config: { publicUrl },
      oidc: { people: { issuer: issuer.url } },
    });
    const ask = (path: string) =>
      fetch(`${hub.url}${path}`, { headers: { host: "hub.example" }, redirect: "manual" });
    const clientId = `${publicUrl}/session/client.json`;
    expect(await (await ask("/session/client.json")).json()).toEqual({
      client_id: clientId,
      client_name: "MCP Hub",
      client_uri: publicUrl,
      redirect_uris: [`${publicUrl}/session/callback`],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    });
    const begun = await ask("/session/issuer");
    const location = new URL(begun.headers.get("location") ?? "");
    expect(location.origin).toBe(issuer.url);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      client_id: clientId,
      redirect_uri: `${publicUrl}/session/callback`,
      resource: publicUrl,
      code_challenge_method: "S256",
    });
    expect(begun.headers.getSetCookie()[0]).toMatch(
      /^__Host-mcp-hub-sign-in=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
    );
  });

  test("signs a person in as the client that this document describes, at an issuer that reads it", async () => {
    const publicUrl = "https://hub.example";
    let hubUrl = "";
    const fetched: string[] = [];
    // What a name server and a proxy with TLS do for the public address.
    const reach: typeof fetch = async (address, init) => {
      const { href, origin, pathname, search } = new URL(String(address));
      if (origin !== publicUrl) return fetch(address, init);
      fetched.push(href);
      const headers = new Headers(init?.headers);
      headers.set("host", new URL(publicUrl).host);
      return fetch(`${hubUrl}${pathname}${search}`, { ...init, headers });
    };
    const issuer = await OidcIssuer.start({
      // Without its guard of addresses, for the name leads to this machine.
      fetch: (url, init = {}) => {
        const { method = "GET", headers = {}, redirect = "manual" } = init;
        return reach(url, { method, headers, redirect });
      },
    });
    const hub = await TestHub.start({
      config: { publicUrl },
      oidc: { people: { issuer: issuer.url, rules } },
    });
    hubUrl = hub.url;
    issuer.account = { sub: "7", name: "Ada", groups: ["sailors"] };
    const ada = new Visitor(reach);
    const { url, response } = await ada.visit(`${publicUrl}/session/issuer?to=/whoami`);
    expect([url.href, response?.status]).toEqual([`${publicUrl}/whoami`, 200]);
    expect(await response?.json()).toMatchObject({
      kind: "person",
      name: "Ada",
      grants: rules[0]?.grants,
    });
    const document = `${publicUrl}/session/client.json`;
    // The issuer itself has read it, and knew no client before.
    expect(fetched.filter((one) => one === document)).toHaveLength(1);
    expect(issuer.requests[0]).toContain("/.well-known/");
    const asked = issuer.requests.find((one) => one.startsWith("GET /auth?")) ?? "";
    expect(new URLSearchParams(asked.split("?")[1]).get("client_id")).toBe(document);
  });

  test("is refused by such an issuer when the document names another way back", async () => {
    const publicUrl = "https://hub.example";
    const issuer = await OidcIssuer.start({
      fetch: async () =>
        Response.json({
          client_id: `${publicUrl}/session/client.json`,
          client_name: "MCP Hub",
          redirect_uris: [`${publicUrl}/elsewhere`],
          grant_types: ["authorization_code"],
          response_types: ["code"],
          token_endpoint_auth_method: "none",
        }),
    });
    const hub = await TestHub.start({
      config: { publicUrl },
      oidc: { people: { issuer: issuer.url, rules } },
    });
    const reach: typeof fetch = (address, init) =>
      fetch(String(address).replace(publicUrl, hub.url), {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init?.headers)), host: "hub.example" },
      });
    const { url, response } = await new Visitor(reach).visit(`${publicUrl}/session/issuer`);
    expect([url.origin, response?.status]).toEqual([issuer.url, 400]);
  });

  test("leads nowhere else afterwards", async () => {
    const { hub, ada } = await startWithIssuer({ rules });
    for (const to of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "javascript:x",
    ]) {
      const begin = `${hub.url}/session/issuer?to=${encodeURIComponent(to)}`;
      const { url } = await ada.visit(
        begin,
        ({ pathname, origin }) => origin === hub.url && pathname === "/",
      );
      expect(url.href).toBe(`${hub.url}/`);
    }
  });
});

test("a way back is always a path of the hub", () => {
  const risky = fc.string({
    unit: fc.constantFrom(
      "/",
      "\\",
      ".",
      "@",
      ":",
      "?",
      "#",
      "\t",
      "\n",
      "%",
      "a",
      "2f",
      "\u2028",
      " ",
    ),
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.oneof(risky, fc.string(), fc.webUrl()), (wanted) => {
      const path = ownPath(wanted);
      expect(new URL(path, "https://hub.example").origin).toBe("https://hub.example");
      expect(path).toMatch(/^\/(?![/\\])/);
    }),
  );
  expect(ownPath("/servers?tag=a#b")).toBe("/servers?tag=a#b");
  expect(ownPath(undefined)).toBe("/");
});
