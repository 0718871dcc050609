import { createHash, timingSafeEqual } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, MemoryTokenStore } from "@hub/core";
import type { Grant } from "@hub/core/access";
import { closeAll, closeLater, holdResponse, ModernClient, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Arrival } from "../src/access/arrival.js";
import { headOf } from "../src/access/request-head.js";
import { hashOf } from "../src/access/tokens/token-format.js";
import { Tokens } from "../src/access/tokens/tokens.js";
import { type HubOptions, StartError, startHub } from "../src/index.js";

afterEach(closeAll);

type Said = { readonly event: string } & Readonly<Record<string, unknown>>;
type Made = { readonly id: string; readonly token: string; readonly notice?: string };

const admin: Grant[] = [{ action: "admin" }];

/** A hub in memory, what it logged, and requests to it. */
async function start(options: HubOptions = {}) {
  const said: Said[] = [];
  const say = (event: string, fields?: object) => void said.push({ event, ...fields });
  const hub = await startHub({
    store: () => new MemoryStore(),
    ...options,
    config: { port: 0, ...options.config },
    log: { debug: say, info: say, warn: say, error: say },
  });
  closeLater(() => hub.stop());
  const ask = async (method: string, path: string, token?: string, body?: object) => {
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await holdResponse(method, path, answer);
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text), text };
  };
  const make = async (name: string, grants: readonly Grant[], by?: string): Promise<Made> => {
    const { status, body } = await ask("POST", "/tokens", by, { name, grants });
    expect(status).toBe(201);
    return body;
  };
  return { hub, said, ask, make };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-tokens-"));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("tokens", () => {
  test("the first is an admin's, and closes the hub to whoever sends none", async () => {
    const { ask, make } = await start();
    expect((await ask("GET", "/whoami")).body).toEqual({
      kind: "anonymous",
      id: "anonymous",
      grants: admin,
      isOpen: true,
    });
    const refused = await ask("POST", "/tokens", undefined, {
      name: "Agent",
      grants: [{ action: "call" }, { action: "admin", servers: ["weather"] }],
    });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("The first token must have the grant `admin`");
    expect((await ask("GET", "/servers")).status).toBe(200);

    const first = await make("Operator", admin);
    expect(first.token).toMatch(/^mh_[A-Za-z0-9]{12}_[A-Za-z0-9]{43}$/);
    expect(first.token.split("_")[1]).toBe(first.id);
    expect(first.notice).toContain("From now on this hub asks everybody for a token");
    expect((await ask("GET", "/servers")).status).toBe(401);
    expect((await ask("POST", "/tokens", undefined, { name: "x", grants: admin })).status).toBe(
      401,
    );
    expect((await ask("GET", "/servers", first.token)).status).toBe(200);

    const agent = await make("Agent", [{ action: "call", servers: ["weather-*"] }], first.token);
    expect(agent.notice).toBeUndefined();
    expect((await ask("GET", "/whoami", agent.token)).body).toEqual({
      kind: "token",
      id: `token:${agent.id}`,
      name: "Agent",
      grants: [{ action: "call", servers: ["weather-*"] }],
      isOpen: false,
    });
    expect((await ask("GET", "/tokens", agent.token)).status).toBe(403);
    expect((await ask("GET", "/whoami")).body).toMatchObject({ id: "nobody", grants: [] });
  });

  test("may share a name, as while one takes the place of another, and whoever makes the second is told", async () => {
    const { make, ask } = await start();
    const { token } = await make("Operator", admin);
    const first = await make("Agent", [{ action: "call" }], token);
    const second = await make("Agent", [{ action: "call" }], token);
    expect(second.notice).toContain(`Another token has this name: ${first.id}.`);
    expect((await ask("DELETE", `/tokens/${first.id}`, token)).status).toBe(204);
    const third = await make("Agent", [{ action: "call" }], token);
    expect(third.notice).toContain(`Another token has this name: ${second.id}.`);
    const fourth = await make("Agent", [{ action: "call" }], token);
    expect(fourth.notice).toContain("Other tokens have this name: ");
    for (const { id } of [second, third]) expect(fourth.notice).toContain(id);
    expect((await make("Other", [{ action: "call" }], token)).notice).toBeUndefined();
  });

  test("are listed without what their holders send", async () => {
    const { ask, make, said } = await start();
    const { id, token } = await make("Operator", admin);
    const { body, text } = await ask("GET", "/tokens", token);
    expect(body.tokens).toEqual([
      {
        id,
        name: "Operator",
        grants: admin,
        source: "store",
        createdAt: expect.any(String),
        createdBy: "anonymous",
        isExpired: false,
        lastUsedAt: expect.any(String),
      },
    ]);
    const secret = token.split("_")[2] ?? "";
    const hash = createHash("sha256").update(token).digest("hex");
    await ask("GET", `/servers?access_token=${token}`, token);
    for (const kept of [text, JSON.stringify(said)]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(hash);
    }
  });

  test("show all that their grants say, also how many servers may be registered", async () => {
    const { ask, make } = await start();
    const { token } = await make("Operator", admin);
    const grants: Grant[] = [{ action: "register", servers: ["weather-*"], mostServers: 2 }];
    const agent = await make("Agent", grants, token);
    expect((await ask("GET", "/whoami", agent.token)).body.grants).toEqual(grants);
    const { tokens } = (await ask("GET", "/tokens", token)).body;
    expect(tokens[1].grants).toEqual(grants);
  });

  test("only what administers the whole hub makes and revokes them", async () => {
    const { ask, make } = await start();
    const { token } = await make("Operator", admin);
    const part = await make("Payments", [{ action: "admin", servers: ["payments-*"] }], token);
    for (const [method, path, body] of [
      ["GET", "/tokens", undefined],
      ["POST", "/tokens", { name: "More", grants: admin }],
      ["DELETE", `/tokens/${part.id}`, undefined],
    ] as const)
      expect((await ask(method, path, part.token, body)).status).toBe(403);
  });

  test("are refused from the moment they are revoked, and the last admin's is not", async () => {
    const { ask, make } = await start();
    const first = await make("Operator", admin);
    const agent = await make("Agent", [{ action: "call" }], first.token);
    expect((await ask("DELETE", `/tokens/${agent.id}`, first.token)).status).toBe(204);
    expect((await ask("GET", "/servers", agent.token)).status).toBe(401);
    expect((await ask("GET", "/healthz", agent.token)).status).toBe(401);
    expect((await ask("DELETE", `/tokens/${agent.id}`, first.token)).status).toBe(404);
    const last = await ask("DELETE", `/tokens/${first.id}`, first.token);
    expect(last.status).toBe(400);
    expect(last.body.detail).toContain("the last token that may administer the hub");
    const second = await make("Second", admin, first.token);
    expect((await ask("DELETE", `/tokens/${first.id}`, second.token)).status).toBe(204);
    expect((await ask("GET", "/servers", first.token)).status).toBe(401);
  });

  test("end when their time is over, on a hub that stays closed", async () => {
    let wall = Date.parse("2026-11-27T12:00:00Z");
    const clock = { wall: () => wall, monotonic: () => performance.now() };
    const { ask, make } = await start({ clock });
    const past = { name: "Late", grants: admin, expiresAt: "2026-11-27T11:00:00Z" };
    expect((await ask("POST", "/tokens", undefined, past)).status).toBe(400);
    const inTime = { ...past, expiresAt: "2026-11-27T14:00:00+01:00" };
    const { body } = await ask("POST", "/tokens", undefined, inTime);
    expect(body.expiresAt).toBe("2026-11-27T13:00:00.000Z");
    expect((await ask("GET", "/whoami", body.token)).body.expiresAt).toBe(body.expiresAt);
    const other = await make("Other", admin, body.token);
    wall += 3_600_000;
    const refused = await ask("GET", "/servers", body.token);
    expect(refused.status).toBe(401);
    expect(refused.body.detail).toContain("has expired");
    expect((await ask("GET", "/servers")).status).toBe(401);
    const { tokens } = (await ask("GET", "/tokens", other.token)).body;
    expect(tokens.map(({ isExpired }: { isExpired: boolean }) => isExpired)).toEqual([true, false]);
  });

  test("survive a restart of the hub, and so does a revocation", async () => {
    const store = new MemoryStore();
    const first = await start({ store: () => store });
    const kept = await first.make("Operator", admin);
    const gone = await first.make("Agent", [{ action: "call" }], kept.token);
    await first.ask("DELETE", `/tokens/${gone.id}`, kept.token);
    await first.hub.stop();
    const second = await start({ store: () => store });
    expect((await second.ask("GET", "/tokens", kept.token)).status).toBe(200);
    expect((await second.ask("GET", "/servers", gone.token)).status).toBe(401);
    expect((await second.ask("GET", "/servers")).status).toBe(401);
  });

  test("open the MCP endpoints too", async () => {
    const { hub, make } = await start();
    const { token } = await make("Operator", admin);
    const status = async (sent?: string) =>
      (await new ModernClient(hub.url, { token: sent }).send("tools/list").done).status;
    expect(await status(token)).toBe(200);
    expect(await status()).toBe(401);
    expect(await status(`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBe(401);
  });
});

test("of first tokens that are made at once, there is one", async () => {
  const tokens = await Tokens.open({ store: new MemoryTokenStore(), clock: { wall: () => 0 } });
  const by = { who: { kind: "anonymous", id: "anonymous" } } as const;
  const make = (name: string) => tokens.create({ name, grants: admin }, by, true);
  const [one, other] = await Promise.allSettled([make("One"), make("Other")]);
  expect(one.status).toBe("fulfilled");
  expect(other).toMatchObject({ status: "rejected", reason: { code: "UNAUTHENTICATED" } });
});

test("of first tokens at two hubs on one store there is one, though one hub has not heard of the other's yet", async () => {
  const store = new MemoryTokenStore();
  const hub = () => Tokens.open({ store, clock: { wall: () => 0 } });
  const [one, other] = [await hub(), await hub()];
  const by = { who: { kind: "anonymous", id: "anonymous" } } as const;
  await one.create({ name: "One", grants: admin }, by, true);
  const gone: string[] = [];
  other.onGone((id) => gone.push(id));
  await expect(other.create({ name: "Other", grants: admin }, by, true)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
  });
  expect([other.isConfigured, gone.length]).toEqual([true, 1]);
});

describe("what looks like a token", () => {
  test("costs one hash and one comparison, whether it is known, unknown or malformed", async () => {
    const counted = { hash: 0, isEqual: 0 };
    let now = 0;
    const tokens = await Tokens.open({
      store: new MemoryTokenStore(),
      clock: { wall: () => now },
      hash: (token) => {
        counted.hash += 1;
        return hashOf(token);
      },
      isEqual: (one, other) => {
        counted.isEqual += 1;
        return timingSafeEqual(one, other);
      },
    });
    const by = { who: { kind: "anonymous", id: "anonymous" } } as const;
    const { token, known } = await tokens.create({ name: "Operator", grants: admin }, by, true);
    const [, id = "", secret = ""] = token.split("_");
    const arrival = new Arrival(
      {
        address: undefined,
        host: "localhost",
        scheme: undefined,
        localAddress: undefined,
        isForwarded: false,
      },
      undefined,
    );
    const head = headOf(new Request("http://localhost/servers"), arrival);
    const accepted = [token];
    const refused = [
      `mh_${id}_${"A".repeat(43)}`,
      `mh_${id}_${secret.slice(1)}`,
      `mh_${id}_${secret}A`,
      `mh_${id}_`,
      `mh_nobody_${secret}`,
      `mh__${secret}`,
      `mh_${id.toLowerCase()}x_${secret}`,
      "mh_",
      "mh_constructor_x",
      `mh_${"a".repeat(5_000)}`,
    ];
    /** What the hub says of it, and what it did for that. */
    const asked = (sent: string) => {
      counted.hash = 0;
      counted.isEqual = 0;
      const identified = tokens.authenticate(head, sent);
      if (accepted.includes(sent)) expect(identified).toBe(known.principal);
      else expect(identified).toMatchObject({ code: "UNAUTHENTICATED" });
      return [sent, { ...counted }];
    };
    const once = { hash: 1, isEqual: 1 };
    for (const sent of [...accepted, ...refused]) expect(asked(sent)).toEqual([sent, once]);
    // Who sends a whole token that was right a moment ago knows it already; nothing else gets there sooner.
    for (const sent of refused) expect(asked(sent)).toEqual([sent, once]);
    expect(asked(token)).toEqual([token, { hash: 0, isEqual: 0 }]);
    now += 3_600_000;
    expect(asked(token)).toEqual([token, once]);
    await tokens.revoke(id, true, by);
    accepted.pop();
    expect(asked(token)).toEqual([token, once]);
    expect(asked(token)).toEqual([token, once]);
    expect(tokens.authenticate(head, "eyJhbGciOi.J9.x")).toBeUndefined();
  });
});

describe("the file of tokens", () => {
  const token = `mh_ops_${"a".repeat(43)}`;
  const other = `mh_bot_${"b".repeat(43)}`;
  const line = (sent: string, grants: readonly Grant[] = admin) => ({
    id: sent.split("_")[1],
    name: `The ${sent.split("_")[1]}`,
    sha256: createHash("sha256").update(sent).digest("hex"),
    grants,
  });

  test("is read at the start and again when it changes", async () => {
    const file = join(newFolder(), "tokens.json");
    writeFileSync(file, JSON.stringify([line(token)]));
    const { ask } = await start({ config: { tokensFile: file } });
    expect((await ask("GET", "/servers")).status).toBe(401);
    expect((await ask("GET", "/tokens", token)).body.tokens).toEqual([
      expect.objectContaining({ id: "ops", source: "file", name: "The ops" }),
    ]);
    expect((await ask("DELETE", "/tokens/ops", token)).body.detail).toContain("Take it out there");
    // As programs that mount secrets do it: another file is put in its place.
    writeFileSync(`${file}.new`, JSON.stringify([line(other)]));
    renameSync(`${file}.new`, file);
    await until(
      "the new token to be known",
      async () => (await ask("GET", "/servers", other)).status === 200,
    );
    expect((await ask("GET", "/servers", token)).status).toBe(401);
    writeFileSync(file, "[]");
    await until(
      "the file to be empty",
      async () => (await ask("GET", "/servers", other)).status === 401,
    );
    expect((await ask("GET", "/servers")).status).toBe(401);
  });

  test("is in the audit with what came, what went and what changed, and without any hash", async () => {
    const file = join(newFolder(), "tokens.json");
    // Whole or not at all, so that the hub never reads half of it.
    const put = (content: string) => {
      writeFileSync(`${file}.new`, content);
      renameSync(`${file}.new`, file);
    };
    const write = (...lines: object[]) => put(JSON.stringify(lines));
    const renewed = `mh_bot_${"c".repeat(43)}`;
    write(line(token), line(other));
    const { ask } = await start({ config: { tokensFile: file } });
    const lines = async () =>
      (await ask("GET", "/audit?action=tokens-file", token)).body.lines.reverse();
    const seen = (count: number) =>
      until(`${count} lines`, async () => (await lines()).length >= count);
    await seen(1);
    write(line(token), line(other, [{ action: "read" }]));
    await seen(2);
    write(line(token), line(renewed, [{ action: "read" }]));
    await seen(3);
    put(token);
    await seen(4);
    write({ ...line(token), expiresAt: "2099-01-31T12:00:00+01:00" });
    await seen(5);
    // The same again is no change.
    write({ expiresAt: "2099-01-31T12:00:00+01:00", ...line(token) });
    write(line(token));
    await seen(6);

    const ops = { name: "The ops", grants: admin };
    const bot = { name: "The bot", grants: [{ action: "read" }] };
    const until2099 = { ...ops, expiresAt: "2099-01-31T11:00:00.000Z" };
    const found = await lines();
    expect(found).toMatchObject(
      found.map(() => ({ who: { kind: "anonymous", id: "hub" }, subject: file })),
    );
    expect(found.map(({ outcome, before, after }: Said) => ({ outcome, before, after }))).toEqual([
      { outcome: "done", before: {}, after: { ops, bot: { name: "The bot", grants: admin } } },
      { outcome: "done", before: { bot: { name: "The bot", grants: admin } }, after: { bot } },
      { outcome: "done", before: { bot }, after: { bot: { ...bot, isOtherSecret: true } } },
      {
        outcome: "failed",
        after: {
          problem: `MCP_HUB_TOKENS_FILE ${file} is no JSON. The tokens that it held before stay in force.`,
        },
      },
      { outcome: "done", before: { ops, bot }, after: { ops: until2099 } },
      { outcome: "done", before: { ops: until2099 }, after: { ops } },
    ]);
    const all = JSON.stringify(found);
    expect(all).not.toMatch(/[0-9a-f]{64}|aaaa|bbbb|cccc/);
  });

  test("has its lines in the audit within bounds, however many tokens it holds", async () => {
    const file = join(newFolder(), "tokens.json");
    const many = Array.from({ length: 250 }, (_, index) =>
      line(`mh_bot${index}_${"b".repeat(43)}`, [{ action: "read" }]),
    );
    writeFileSync(file, JSON.stringify([line(token), ...many]));
    const { ask } = await start({ config: { tokensFile: file } });
    const lines = async (): Promise<{ after: object }[]> =>
      (await ask("GET", "/audit?action=tokens-file", token)).body.lines;
    await until("all lines", async () => (await lines()).length === 3);
    const ids = (await lines()).map(({ after }) => Object.keys(after));
    expect(ids.map(({ length }) => length)).toEqual([51, 100, 100]);
    expect(new Set(ids.flat()).size).toBe(251);
  });

  test("stays in force as it was last when it is broken, and the log says so without its content", async () => {
    const file = join(newFolder(), "tokens.json");
    writeFileSync(file, JSON.stringify([line(token)]));
    const { ask, said } = await start({ config: { tokensFile: file } });
    const complaints = () => said.filter(({ event }) => event === "tokens-file-unusable");
    writeFileSync(file, JSON.stringify([{ ...line(other), sha256: other }]));
    await until("the complaint", () => complaints().length === 1);
    rmSync(file);
    await until("the next complaint", () => complaints().length === 2);
    expect((await ask("GET", "/servers", token)).status).toBe(200);
    expect(JSON.stringify(said)).not.toContain("bbbb");
    expect(complaints().map(({ error }) => error)).toEqual([
      expect.stringContaining("0.sha256 must be the SHA-256 of the whole token"),
      expect.stringContaining("cannot be read (ENOENT)"),
    ]);
  });

  test.each([
    ["is missing", undefined, "cannot be read (ENOENT)"],
    ["is no JSON", "mh_secret", "is no JSON"],
    ["is no list", "{}", "it must be a list of tokens"],
    ["has a token twice", JSON.stringify([line(token), line(token)]), "1.id must not come twice"],
    ["grants nothing", JSON.stringify([line(token, [])]), "0.grants must hold at least one grant"],
    [
      "narrows to nothing",
      JSON.stringify([line(token, [{ action: "call", servers: [] }])]),
      "0.grants.0.servers must name at least one",
    ],
  ])("keeps the hub from starting when it %s", async (_, content, reason) => {
    const file = join(newFolder(), "tokens.json");
    if (content !== undefined) writeFileSync(file, content);
    const started = startHub({
      config: { port: 0, tokensFile: file },
      store: () => new MemoryStore(),
    });
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(reason);
    await expect(started).rejects.not.toThrow("mh_secret");
  });
});
