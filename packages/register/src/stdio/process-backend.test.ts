import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FakeProcess } from "../../test/support/fake-process.js";
import { createEndpoint } from "../wrap/endpoint.js";
import { ProcessBackend } from "./process-backend.js";

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 300) / 3);
const idleMs = 600_000;

/** The whole of it over HTTP messages, with processes and a clock of the test's own. */
function serve(mostProcesses: number) {
  const processes: FakeProcess[] = [];
  const clock = { ms: 0 };
  const living = () => processes.filter(({ isEnding }) => !isEnding);
  const backend = new ProcessBackend({
    start: async () => {
      const one = new FakeProcess(processes.length + 1);
      processes.push(one);
      expect(living().length).toBeLessThanOrEqual(mostProcesses);
      return one;
    },
    mostProcesses,
    idleMs,
    handshakeMs: 1_000,
    log: () => {},
    now: () => clock.ms,
  });
  const endpoint = createEndpoint(backend, { sessionIdleMs: idleMs, now: () => clock.ms });
  let id = 0;

  async function post(body: object, headers: Readonly<Record<string, string>>) {
    id += 1;
    const response = await endpoint.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: "2.0", id, ...body }),
      }),
    );
    const text = await response.text();
    const data = text.startsWith("{") ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? "{}");
    const { result, error } = JSON.parse(data);
    return {
      status: response.status,
      session: response.headers.get("mcp-session-id") ?? "",
      said: result?.content?.[0]?.text ?? error?.message,
      result,
    };
  }

  return {
    processes,
    living,
    clock,
    backend,
    endpoint,
    open: () =>
      post(
        {
          method: "initialize",
          params: {
            protocolVersion: "2025-06-18",
            capabilities: {},
            clientInfo: { name: "t", version: "1" },
          },
        },
        {},
      ),
    call: (session: string) =>
      post({ method: "tools/call", params: { name: "count" } }, { "mcp-session-id": session }),
    listen: (session: string) =>
      endpoint.fetch(
        new Request("http://localhost/mcp", {
          headers: { "mcp-session-id": session, accept: "text/event-stream" },
        }),
      ),
    close: (session: string) =>
      endpoint.fetch(
        new Request("http://localhost/mcp", {
          method: "DELETE",
          headers: { "mcp-session-id": session },
        }),
      ),
    modern: (method: string, params = {}) =>
      post(
        {
          method,
          params: {
            ...params,
            _meta: {
              "io.modelcontextprotocol/protocolVersion": "2026-07-28",
              "io.modelcontextprotocol/clientInfo": { name: "m", version: "1" },
              "io.modelcontextprotocol/clientCapabilities": {},
            },
          },
        },
        {
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          ...("name" in params ? { "mcp-name": String(params.name) } : {}),
        },
      ),
  };
}

describe("ProcessBackend", () => {
  test("whatever comes, no state is shared, no more run than may, and none is left", async () => {
    const step = fc.record({
      kind: fc.constantFrom(
        ...["open", "open", "call", "call", "close", "crash", "list", "work", "wait", "idle"],
      ),
      which: fc.nat(10),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 25 }),
        async (most, steps) => {
          const server = serve(most);
          await server.backend.describe();
          await server.backend.reference.request("tools/list", {});
          /** By session: its process and how often it was called. */
          const sessions = new Map<string, { number: number; count: number; askedAt: number }>();
          /** Whose place goes to somebody new when none is free. */
          const silent = () =>
            [...sessions]
              .filter(([, { askedAt }]) => server.clock.ms - askedAt >= idleMs)
              .sort(([, one], [, other]) => one.askedAt - other.askedAt)[0]?.[0];
          const givesUp = async (id: string | undefined) => {
            if (id === undefined) return;
            sessions.delete(id);
            expect((await server.call(id)).status).toBe(404);
          };
          const shared = new Map<number, number>();
          const owners = new Map<number, string>();
          for (const { kind, which } of steps) {
            server.clock.ms += 1;
            const ids = [...sessions.keys()];
            const id = ids[which % Math.max(ids.length, 1)];
            const known = id === undefined ? undefined : sessions.get(id);
            if (kind === "open") {
              const before = server.living().length;
              const started = server.processes.length;
              const opened = await server.open();
              if (opened.result === undefined) {
                expect(before).toBe(most);
                expect(silent()).toBeUndefined();
                expect(opened.said).toContain("--max-processes");
              } else {
                // The one that said what the server is goes to the first session.
                if (server.processes.length > started)
                  await givesUp(before === most ? silent() : undefined);
                const askedAt = server.clock.ms;
                sessions.set(opened.session, { number: 0, count: 0, askedAt });
              }
            } else if (kind === "call" && id !== undefined && known !== undefined) {
              const { said } = await server.call(id);
              const [number, count] = String(said).split(":").map(Number);
              known.count += 1;
              known.askedAt = server.clock.ms;
              known.number ||= number ?? 0;
              expect([number, count]).toEqual([known.number, known.count]);
              expect(owners.get(known.number) ?? id).toBe(id);
              owners.set(known.number, id);
            } else if (kind === "close" && id !== undefined) {
              await server.close(id);
              sessions.delete(id);
              expect((await server.call(id)).status).toBe(404);
            } else if (kind === "crash" && id !== undefined && known?.number) {
              server.processes[known.number - 1]?.crash();
              sessions.delete(id);
              expect((await server.call(id)).status).toBe(404);
            } else if (kind === "list") {
              const running = server.processes.length;
              expect((await server.modern("tools/list")).result.tools).toHaveLength(1);
              // With none for it, it is answered from memory.
              expect(server.processes).toHaveLength(running);
            } else if (kind === "work") {
              const before = server.living().length;
              const started = server.processes.length;
              const { said } = await server.modern("tools/call", { name: "count" });
              if (String(said).includes("--max-processes")) {
                expect(server.living()).toHaveLength(most);
                expect(silent()).toBeUndefined();
                continue;
              }
              if (server.processes.length > started)
                await givesUp(before === most ? silent() : undefined);
              const [number = 0, count] = String(said).split(":").map(Number);
              shared.set(number, (shared.get(number) ?? 0) + 1);
              expect(count).toBe(shared.get(number));
              expect(owners.get(number) ?? "nobody").toBe("nobody");
              owners.set(number, "nobody");
            } else if (kind === "wait") {
              server.clock.ms += idleMs / 4;
            } else if (kind === "idle") {
              server.clock.ms += idleMs;
              await server.backend.endIdle();
              const inUse = new Set(
                [...owners].filter(([, one]) => sessions.has(one)).map(([n]) => n),
              );
              for (const { number } of server.living()) {
                const isOfRequests = owners.get(number) === "nobody";
                expect(isOfRequests && !inUse.has(number)).toBe(false);
              }
            }
            expect(server.living().length).toBeLessThanOrEqual(most);
          }
          await server.endpoint.close();
          expect(server.living()).toEqual([]);
        },
      ),
      { numRuns },
    );
  });

  test("the process that said what the server is serves the first session", async () => {
    const server = serve(8);
    await server.backend.describe();
    const [ada, bob] = [await server.open(), await server.open()];
    expect([(await server.call(ada.session)).said, (await server.call(bob.session)).said]).toEqual([
      "1:1",
      "2:1",
    ]);
    await server.endpoint.close();
  });

  test("two sessions that come at once do not get the same process", async () => {
    const server = serve(8);
    void server.backend.describe();
    const opened = await Promise.all([server.open(), server.open(), server.open()]);
    const said = await Promise.all(opened.map(({ session }) => server.call(session)));
    expect(said.map((one) => one.said).sort()).toEqual(["1:1", "2:1", "3:1"]);
    await server.endpoint.close();
  });

  test("a client that listens and asks nothing gives its process up, once another one needs it", async () => {
    const server = serve(2);
    const [ada, bob] = [await server.open(), await server.open()];
    const streams = await Promise.all([ada, bob].map(({ session }) => server.listen(session)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    server.clock.ms += idleMs - 1;
    expect((await server.open()).said).toContain("--max-processes");
    expect((await server.call(ada.session)).status).toBe(200);
    server.clock.ms += 1;
    expect(server.living()).toHaveLength(2);
    const carol = await server.open();
    expect((await server.call(carol.session)).said).toBe("3:1");
    expect((await server.call(bob.session)).status).toBe(404);
    expect((await server.call(ada.session)).said).toBe("1:2");
    expect((await server.open()).said).toContain("--max-processes");
    await server.endpoint.close();
  });

  test("ends after ten idle minutes, never while it is used, and starts again on demand", async () => {
    const server = serve(8);
    await server.backend.describe();
    await server.backend.reference.request("tools/list", {});
    server.clock.ms += idleMs - 1;
    await server.backend.endIdle();
    expect(server.living()).toHaveLength(1);
    server.clock.ms += 1;
    await server.backend.endIdle();
    expect(server.living()).toEqual([]);
    expect((await server.modern("server/discover")).status).toBe(200);
    expect((await server.modern("tools/list")).result.tools).toHaveLength(1);
    expect(server.processes).toHaveLength(1);
    expect((await server.modern("tools/call", { name: "count" })).said).toBe("2:1");
    server.clock.ms += idleMs - 1;
    await server.backend.endIdle();
    // Lists are no use of it: the hub reads them now and then.
    await server.modern("tools/list");
    server.clock.ms += 1;
    await server.backend.endIdle();
    expect(server.living()).toEqual([]);
    await server.endpoint.close();
  });
});
