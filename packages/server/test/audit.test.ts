import { answerSchema, listAudit } from "@hub/api";
import { BudgetBook, HubError, MemoryAuditStore, MemoryStore } from "@hub/core";
import type { AuditRecord } from "@hub/core/storage";
import {
  closeAll,
  closeLater,
  knownTokens,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Audit } from "../src/audit/audit.js";
import { startHub } from "../src/index.js";

afterEach(closeAll);

const access = knownTokens({
  reader: [{ action: "read" }],
  server: [{ action: "register" }],
  agent: [{ action: "call" }],
  admin: [{ action: "admin" }],
  local: [{ action: "admin", servers: ["weather"] }],
});

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A whole hub over a store in memory, and what somebody with a token gets from it. */
async function auditedHub(config: Parameters<typeof startHub>[0] = {}) {
  const store = new MemoryStore();
  const hub = await startHub({
    store: () => store,
    access,
    log: quiet,
    ...config,
    config: { port: 0, ...config.config },
  });
  closeLater(() => hub.stop());
  const ask = (token: string, path: string, method = "GET", body?: unknown, more = {}) =>
    fetch(`${hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const audit = async (query = "") => {
    const answer = await ask("admin", `/audit${query}`);
    expect(answer.status).toBe(200);
    return answerSchema(listAudit, 200).parse(await answer.json());
  };
  return { hub, store, ask, audit };
}

const weather = {
  name: "Weather",
  endpoint: "http://127.0.0.1:9/mcp",
  transport: "streamable-http",
};

describe("the audit", () => {
  test("has each decision once: who, from where, what, before and after", async () => {
    const { ask, audit } = await auditedHub();
    await ask("server", "/register", "POST", { ...weather, lease: {}, serviceKey: "a secret key" });
    await ask("server", "/register", "POST", { ...weather, serviceKey: "a secret key" });
    await ask("server", "/register", "POST", {
      ...weather,
      title: "T",
      serviceKey: "a secret key",
    });
    await ask("admin", "/servers/weather", "PATCH", { tags: ["geo"] });
    await ask("admin", "/servers/weather", "PATCH", { tags: ["geo"] });
    await ask("admin", "/servers/weather/refuse", "POST", { reason: "No." });
    await ask("admin", "/servers/weather/admit", "POST");
    const made = await ask("admin", "/tokens", "POST", {
      name: "Ci",
      grants: [{ action: "read" }],
    });
    const { id, token } = (await made.json()) as { id: string; token: string };
    await ask("admin", `/tokens/${id}`, "DELETE");
    await ask("admin", "/toolsets", "POST", { name: "Desk" });
    await ask("admin", "/toolsets/desk", "PUT", { name: "Desk", tags: ["geo"] });
    await ask("admin", "/toolsets/desk", "PUT", { name: "Desk", tags: ["geo"] });
    await ask("admin", "/toolsets/desk", "DELETE");
    await ask("admin", "/servers/weather?force=true", "DELETE");
    const { lines } = await audit();
    expect(lines.map(({ action }) => action).reverse()).toEqual([
      "register",
      "update",
      "edit",
      "refuse",
      "admit",
      "token-create",
      "token-revoke",
      "toolset-create",
      "toolset-replace",
      "toolset-delete",
      "remove",
    ]);
    const byAction = new Map(lines.map((line) => [line.action, line]));
    expect(byAction.get("register")).toMatchObject({
      who: { kind: "token", id: "test:server", name: "server" },
      from: "127.0.0.1",
      server: "weather",
      outcome: "done",
      after: { name: "Weather", instances: [{ endpoint: weather.endpoint }] },
    });
    expect(byAction.get("register")?.before).toBeUndefined();
    expect(byAction.get("update")).toMatchObject({ before: {}, after: { title: "T" } });
    expect(byAction.get("edit")).toMatchObject({
      who: { name: "admin" },
      before: {},
      after: { tags: ["geo"] },
    });
    expect(byAction.get("refuse")?.after).toMatchObject({ admission: { state: "refused" } });
    expect(byAction.get("token-create")).toMatchObject({ subject: id, after: { name: "Ci" } });
    expect(byAction.get("remove")).toMatchObject({ after: { isForced: true } });
    const all = JSON.stringify(lines);
    for (const secret of ["a secret key", token, token.slice(-43)])
      expect(all).not.toContain(secret);
    expect(all).not.toMatch(/[0-9a-f]{64}/);
  });

  test("is for admins of the whole hub", async () => {
    const { hub, ask } = await auditedHub();
    for (const token of ["reader", "server", "agent", "local"])
      expect((await ask(token, "/audit")).status).toBe(403);
    expect((await fetch(`${hub.url}/audit`)).status).toBe(401);
    expect((await ask("admin", "/audit?action=nonsense")).status).toBe(400);
    expect((await ask("admin", "/audit?since=yesterday")).status).toBe(400);
  });

  test("narrows, goes on page by page, and is exported as lines", async () => {
    const { ask, audit } = await auditedHub();
    for (let index = 0; index < 7; index += 1)
      await ask("server", "/register", "POST", { ...weather, name: `Server ${index}` });
    await ask("admin", "/servers/server-3", "PATCH", { title: "T" });
    expect((await audit("?server=server-3")).lines.map(({ action }) => action)).toEqual([
      "edit",
      "register",
    ]);
    expect((await audit("?who=admin")).lines).toHaveLength(1);
    const [registered] = (await audit("?server=server-4")).lines;
    expect((await audit(`?server=server-4&subject=${registered?.subject}`)).lines).toEqual([
      registered,
    ]);
    expect((await audit("?subject=server-4")).lines).toEqual([]);
    expect((await audit("?action=register,edit&outcome=done")).lines).toHaveLength(8);
    expect((await audit("?until=2020-01-01T00:00:00Z")).lines).toEqual([]);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await audit(`?limit=3${cursor === undefined ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.lines.map(({ seq }) => seq));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    const ndjson = { accept: "application/x-ndjson" };
    const whole = await ask("admin", "/audit?action=register", "GET", undefined, ndjson);
    expect(whole.headers.get("content-type")).toBe("application/x-ndjson");
    for (const [accept, type] of [
      ["Application/X-NDJSON", "application/x-ndjson"],
      ["application/x-ndjson;q=0, */*", "application/json"],
      ["*/*", "application/json"],
    ] as const) {
      const answer = await ask("admin", "/audit?action=register", "GET", undefined, { accept });
      expect([accept, answer.headers.get("content-type")]).toEqual([accept, type]);
      await answer.body?.cancel();
    }
    const lines = (await whole.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ server }) => server)).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((n) => `server-${n}`),
    );
    const linked = await ask("admin", "/audit?action=register&format=ndjson");
    expect(linked.headers.get("content-type")).toBe("application/x-ndjson");
    const some = await ask("admin", "/audit?limit=2", "GET", undefined, ndjson);
    expect((await some.text()).trimEnd().split("\n")).toHaveLength(2);
  });

  test("is broken off in the middle of an export when its reader may not read it any more", async () => {
    const { store, ask } = await auditedHub();
    const line = { who: { kind: "token", id: "token:a" }, at: 1, action: "edit", outcome: "done" };
    const text = "x".repeat(2_000);
    await store.audit.append(
      Array.from(
        { length: 10_000 },
        () => ({ ...line, after: { text } }) as const,
      ) as AuditRecord[],
    );
    const made = await ask("admin", "/tokens", "POST", {
      name: "Auditor",
      grants: [{ action: "admin" }],
    });
    const { id, token } = (await made.json()) as { id: string; token: string };
    const exported = await ask(token, "/audit?format=ndjson");
    const reader = exported.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    expect((await ask("admin", `/tokens/${id}`, "DELETE")).status).toBe(204);
    const rest = async () => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow();
    // Whoever may goes on to the end.
    const whole = await (await ask("admin", "/audit?format=ndjson")).text();
    expect(whole.trimEnd().split("\n").length).toBeGreaterThan(10_000);
  });

  test("refuses a decision that it cannot store, and nothing of it happens", async () => {
    const store = new MemoryStore();
    const { ask, audit } = await auditedHub({ store: () => store });
    store.audit.take = () => {
      throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
    };
    const register = await ask("server", "/register", "POST", weather);
    const token = await ask("admin", "/tokens", "POST", {
      name: "Ci",
      grants: [{ action: "read" }],
    });
    const toolset = await ask("admin", "/toolsets", "POST", { name: "Desk" });
    expect([register.status, token.status, toolset.status]).toEqual([503, 503, 503]);
    expect((await audit()).lines).toEqual([]);
    for (const path of ["/servers", "/tokens", "/toolsets"])
      expect(await (await ask("admin", path)).text()).not.toMatch(/Weather|Ci|Desk/);
  });

  test("counts what is refused to the same asker, and says nothing of a caller without a credential", async () => {
    const { hub, ask, audit } = await auditedHub();
    for (let count = 0; count < 5; count += 1) {
      await ask("nobody-knows-this", "/servers");
      await ask("reader", "/servers/weather", "PATCH", {});
      await new ModernClient(hub.url, { token: "reader" }).send("tools/list").done;
    }
    await fetch(`${hub.url}/servers`);
    const { lines } = await audit();
    expect(
      lines.map(({ who, code, subject, outcome }) => [who.id, code, subject, outcome]),
    ).toEqual([
      ["test:reader", "INSUFFICIENT_SCOPE", "POST /mcp", "refused"],
      ["test:reader", "INSUFFICIENT_SCOPE", "PATCH /servers/:id", "refused"],
      ["nobody", "UNAUTHENTICATED", "GET /servers", "refused"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("nobody-knows-this");
  });

  test.each([false, true])(
    "has the calls of those it knows; arguments: %s",
    async (keepsArguments) => {
      const { hub, ask, audit } = await auditedHub({ config: { audit: { keepsArguments } } });
      const upstream = await ModernUpstream.start({ tools: ["forecast"] });
      await ask("admin", "/register", "POST", { ...weather, endpoint: upstream.endpoint });
      await until("it to be up", () => hub.registry.get("weather")?.snapshot !== undefined);
      const client = new ModernClient(hub.url, { token: "agent" });
      await client.ask("tools/call", {
        name: "weather__forecast",
        arguments: { town: "Secretville" },
      });
      const { lines } = await audit("?action=call");
      expect(lines).toMatchObject([
        {
          who: { id: "test:agent" },
          from: "127.0.0.1",
          server: "weather",
          method: "tools/call",
          subject: "forecast",
          durationMs: expect.any(Number),
        },
      ]);
      expect((await audit("?action=call&subject=forecast")).lines).toEqual(lines);
      expect((await audit("?action=call&subject=weather__forecast")).lines).toEqual([]);
      expect(JSON.stringify(lines).includes("Secretville")).toBe(keepsArguments);
      const recent = await (await ask("admin", "/calls")).text();
      expect(recent).not.toContain("Secretville");
    },
  );
});

describe("the address in a line of a call", () => {
  async function askedHub(trustedProxies: readonly string[]) {
    const config = { trustedProxies, allowedHosts: ["hub.example"], admission: "open" } as const;
    const { hub, ask, audit } = await auditedHub({ config: { ...config, allowEndpoints } });
    const modern = await ModernUpstream.start({ tools: ["forecast"] });
    const legacy = await LegacyUpstream.start({ tools: ["forecast"] });
    for (const [name, { endpoint }] of Object.entries({ modern, legacy }))
      await ask("admin", "/register", "POST", { ...weather, name, endpoint });
    await until("both to be up", () =>
      ["modern", "legacy"].every((id) => hub.registry.get(id)?.snapshot !== undefined),
    );
    return { hub, audit };
  }
  const allowEndpoints = ["127.0.0.0/8"];

  test("is that of the client, whichever way it calls", async () => {
    const { hub, audit } = await askedHub([]);
    const expected: string[] = [];
    let next = 10;
    for (const id of ["modern", "legacy"])
      for (const [path, name] of [
        ["/mcp", `${id}__forecast`],
        [`/servers/${id}/mcp`, "forecast"],
      ] as const) {
        const localAddress = `127.0.0.${next++}`;
        const options = { path, token: "agent", localAddress };
        await new ModernClient(hub.url, options).call(name).done;
        const opened = await LegacyClient.open(hub.url, options);
        await opened.call(name).done;
        expected.push(localAddress, localAddress);
      }
    const { lines } = await audit("?action=call&subject=forecast");
    expect(lines.map(({ from }) => from).toSorted()).toEqual(expected.toSorted());
  });

  test.each([
    [["127.0.0.1"], "203.0.113.7"],
    [["127.0.0.77"], undefined],
  ])("is what a proxy says, where %j are named: %s", async (proxies, expected) => {
    const { hub, audit } = await askedHub(proxies);
    const client = new ModernClient(hub.url, { token: "agent" });
    const said = {
      "x-forwarded-for": "198.51.100.9, 203.0.113.7",
      "x-forwarded-host": "hub.example",
    };
    const { status } = await client.send("tools/call", { name: "modern__forecast" }, said).done;
    expect(status).toBe(expected === undefined ? 403 : 200);
    const { lines } = await audit("?action=call");
    expect(lines.map(({ from }) => from)).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe("what the audit writes in batches", () => {
  const agent = { kind: "token", id: "token:a", grants: [] } as const;
  const call = {
    at: 1,
    serverId: "s",
    method: "tools/call",
    name: "t",
    durationMs: 1,
    outcome: "ok",
    from: "10.0.0.1",
    params: undefined,
  } as const;

  function batching(budgets: ConstructorParameters<typeof BudgetBook>[0] = {}) {
    const store = new MemoryAuditStore();
    let now = 1_000;
    let works = true;
    const append = async (records: readonly AuditRecord[]) => {
      if (!works) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
      await store.append(records);
    };
    const options = {
      store: {
        append,
        appendCalls: append,
        page: store.page.bind(store),
        trim: store.trim.bind(store),
      },
      budgets: new BudgetBook(budgets),
      now: () => now,
      log: { warn: () => {} },
      keepsArguments: false,
      keepMs: 10_000,
    };
    return {
      audit: new Audit(options),
      budgets: options.budgets,
      rows: () => store.page({ limit: 100_000 }),
      pass: (ms: number) => {
        now += ms;
      },
      breakDown: (isBroken: boolean) => {
        works = !isBroken;
      },
    };
  }

  test("waits for a store that does not work, within a limit, and says what was lost", async () => {
    const { audit, rows, breakDown, budgets } = batching({ auditCallsWaiting: 600 });
    breakDown(true);
    for (let count = 0; count < 700; count += 1) audit.call(call, agent);
    await audit.flush();
    expect(await rows()).toEqual([]);
    breakDown(false);
    await audit.flush();
    const found = await rows();
    expect(found.filter(({ action }) => action === "call")).toHaveLength(600);
    expect(found[0]).toMatchObject({ action: "calls-lost", count: 100 });
    const report = budgets.report().find(({ name }) => name === "auditCallsWaiting");
    expect(report).toMatchObject({ used: 0, refused: 100 });
  });

  test("tells how often the same was refused when its minute is over, and holds a bounded number", async () => {
    const { audit, rows, pass } = batching();
    const error = new HubError("UNAUTHENTICATED", "No.", { details: { credential: "invalid" } });
    const who = { kind: "anonymous", id: "nobody" } as const;
    for (let count = 0; count < 50; count += 1) audit.refused({ who, from: "10.0.0.1", error });
    await audit.flush();
    expect(await rows()).toHaveLength(1);
    pass(61_000);
    await audit.flush();
    expect((await rows())[0]).toMatchObject({ from: "10.0.0.1", count: 49, at: 62_000 });
    for (let count = 0; count < 5_000; count += 1)
      audit.refused({ who, from: `10.0.${count >> 8}.${count & 255}`, error });
    await audit.close();
    const found = await rows();
    expect(found.length).toBeLessThan(1_100);
    const counted = found.reduce((sum, { count }) => sum + (count ?? 1), 0);
    expect(counted).toBe(50 + 5_000);
  });

  test("goes when it is too old", async () => {
    const { audit, rows, pass } = batching();
    audit.call(call, agent);
    audit.call({ ...call, at: 50_000 }, agent);
    await audit.flush();
    pass(50_000);
    await audit.trim();
    expect((await rows()).map(({ at }) => at)).toEqual([50_000]);
  });
});
