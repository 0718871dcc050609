import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Grant, Principal } from "@hub/core/access";
import {
  closeAll,
  closeLater,
  LegacyClient,
  ModernClient,
  RawConnection,
  requestBytes,
  TestHub,
  type TestHubOptions,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { Authenticator } from "../src/index.js";

afterEach(closeAll);

const admin: Grant[] = [{ action: "admin" }];

/** Everything that somebody can have open. */
async function openAll(url: string, token?: string) {
  const headers = {
    accept: "text/event-stream",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const events = await fetch(`${url}/events`, { headers });
  expect(events.status).toBe(200);
  const reader = events.body?.getReader();
  const session = await LegacyClient.open(url, { token });
  const streams = [
    await session.listen(),
    await new ModernClient(url, { token }).listen({ toolsListChanged: true }),
  ];
  const ended = new Set<string>();
  const read = async () => {
    while ((await reader?.read())?.done === false);
    ended.add("events");
  };
  read().catch(() => ended.add("events"));
  for (const [index, { done }] of streams.entries()) {
    const isOver = () => void ended.add(`stream ${index}`);
    done.then(isOver, isOver);
  }
  return { session, ended };
}

async function make(hub: TestHub, name: string, grants: readonly Grant[], more: object = {}) {
  const made = await hub.rest("POST", "/tokens", { name, grants, ...more });
  return made as { readonly id: string; readonly token: string }; // as the contract says
}

/** A hub with the token of its operator, who makes the others. */
async function startClosed(options: TestHubOptions = {}) {
  const open = await TestHub.start(options);
  const operator = await make(open, "Operator", admin);
  const rest = (method: string, path: string, body?: object) =>
    fetch(`${open.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${operator.token}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const makeToken = async (more: object = {}) => {
    const answer = await rest("POST", "/tokens", { name: "Agent", grants: admin, ...more });
    return JSON.parse(await answer.text()) as { readonly id: string; readonly token: string };
  };
  return { url: open.url, operator, rest, makeToken };
}

const everything = ["events", "stream 0", "stream 1"];

describe("what somebody has open", () => {
  test("ends when their token is revoked, and nobody else's does", async () => {
    const { url, operator, rest, makeToken } = await startClosed();
    const agent = await makeToken();
    const theirs = await openAll(url, agent.token);
    const own = await openAll(url, operator.token);
    expect((await rest("DELETE", `/tokens/${agent.id}`)).status).toBe(204);
    await until("all to end", () => theirs.ended.size === everything.length);
    expect((await theirs.session.send("tools/list").done).status).toBe(401);
    expect([...own.ended]).toEqual([]);
    expect((await own.session.send("tools/list").done).status).toBe(200);
  });

  test("ends when their token expires", async () => {
    let ahead = 0;
    const clock = { wall: () => Date.now() + ahead, monotonic: () => performance.now() };
    const { url, makeToken } = await startClosed({ clock });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { ended } = await openAll(url, (await makeToken({ expiresAt })).token);
    ahead = 3_600_000;
    await until("all to end", () => ended.size === everything.length);
  });

  test("ends when their token is taken out of the file, or may do something else there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-gone-"));
    closeLater(() => rmSync(folder, { recursive: true, force: true }));
    const tokensFile = join(folder, "tokens.json");
    const tokens = ["one", "two", "three"].map((id) => `mh_${id}_${id.repeat(20).slice(0, 43)}`);
    const [one = "", two = "", three = ""] = tokens;
    const write = (entries: readonly (readonly [string, readonly Grant[]])[]) =>
      writeFileSync(
        tokensFile,
        JSON.stringify(
          entries.map(([token, grants]) => ({
            id: token.split("_")[1],
            name: "Somebody",
            sha256: createHash("sha256").update(token).digest("hex"),
            grants,
          })),
        ),
      );
    write(tokens.map((token) => [token, admin] as const));
    const { url } = await TestHub.start({ tokensFile });
    const gone = await openAll(url, one);
    const changed = await openAll(url, two);
    const same = await openAll(url, three);
    write([
      [two, [{ action: "call" }]],
      [three, admin],
    ]);
    await until("all to end", () => gone.ended.size + changed.ended.size === 2 * 3);
    expect(same.ended.size).toBe(0);
  });

  test("ends for whoever is nobody when the first token closes the hub", async () => {
    const hub = await TestHub.start();
    const { ended } = await openAll(hub.url);
    await make(hub, "Operator", admin);
    await until("all to end", () => ended.size === everything.length);
  });

  test("ends when another authenticator says so", async () => {
    const person: Principal = { kind: "person", id: "https://issuer ada", grants: admin };
    let tellGone = (_id: string) => {};
    const issuer: Authenticator = {
      isConfigured: true,
      authenticate: (_, bearer) => (bearer === "jwt" ? person : undefined),
      onGone: (listener) => {
        tellGone = listener;
      },
    };
    const { url } = await TestHub.start({ access: { authenticators: [issuer] } });
    const { ended } = await openAll(url, "jwt");
    tellGone(person.id);
    await until("all to end", () => ended.size === everything.length);
  });

  test("is not opened for whoever went while the request was under way", async () => {
    const person: Principal = { kind: "person", id: "https://issuer ada", grants: admin };
    let isGone = false;
    const issuer: Authenticator = {
      isConfigured: true,
      authenticate: () => person,
      isGone: () => isGone,
    };
    const { url } = await TestHub.start({ access: { authenticators: [issuer] } });
    isGone = true;
    const events = await fetch(`${url}/events`, { headers: { accept: "text/event-stream" } });
    expect(await events.text()).not.toContain("event: registered");
  });
});

/** A POST whose head the hub has and whose body it waits for. Returns how to send that, and resolves to the status. */
async function heldBack(
  { url }: { readonly url: string },
  path: string,
  sent: object,
  token?: string,
) {
  const { host, port } = new URL(url);
  const body = JSON.stringify(sent);
  const connection = new RawConnection(Number(port));
  closeLater(() => connection.destroy());
  // The hub says that it goes on in the moment in which it asks who this is.
  const heard = once(connection.socket, "data");
  connection.write(
    requestBytes(`POST ${path}`, [
      ["host", host],
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["expect", "100-continue"],
      ...(token === undefined ? [] : [["authorization", `Bearer ${token}`] as const]),
    ]),
  );
  await heard;
  return async () => {
    connection.write(body);
    return (await connection.next())?.status;
  };
}

describe("a request whose body comes late", () => {
  const another = { name: "Another", grants: admin };

  test("is refused when its token was revoked meanwhile", async () => {
    const { url, rest, makeToken } = await startClosed();
    const { id, token } = await makeToken();
    const held = [
      await heldBack({ url }, "/tokens", another, token),
      await heldBack({ url }, "/toolsets", { name: "Desk", servers: ["tides"] }, token),
    ];
    const inTime = await heldBack({ url }, "/tokens", another, token);
    expect(await inTime()).toBe(201);
    expect((await rest("DELETE", `/tokens/${id}`)).status).toBe(204);
    for (const send of held) expect(await send()).toBe(401);
    const { tokens } = JSON.parse(await (await rest("GET", "/tokens")).text());
    expect(tokens).toHaveLength(2);
  });

  test("is refused when the hub was open, and the first token closed it meanwhile", async () => {
    const hub = await TestHub.start();
    const send = await heldBack(hub, "/tokens", another);
    await make(hub, "Operator", admin);
    expect(await send()).toBe(401);
  });

  test("and a token still revokes itself", async () => {
    const { url, makeToken } = await startClosed();
    const { id, token } = await makeToken();
    const headers = { authorization: `Bearer ${token}` };
    const own = await fetch(`${url}/tokens/${id}`, { method: "DELETE", headers });
    expect(own.status).toBe(204);
  });
});
