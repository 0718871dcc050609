import { describe, expect, test } from "vitest";
import { LegacySessions } from "./legacy-sessions.js";

const idleMs = 600_000;

/** Sessions of a server that answers what it is asked, at once or when it is told to. */
function serve(maxSessions: number) {
  const clock = { ms: 0 };
  const held: (() => void)[] = [];
  const sessions = new LegacySessions({
    attach: async ({ transport }) => {
      transport.onmessage = (message) => {
        if (!("id" in message) || !("method" in message)) return;
        const { id, method } = message;
        const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: {} };
        const answer = () => void transport.send({ jsonrpc: "2.0", id, result } as never); // as SDK v1 names it
        if (method === "hold") held.push(answer);
        else answer();
      };
      await transport.start();
    },
    idleMs,
    maxSessions,
    now: () => clock.ms,
  });
  const send = (body: object, session?: string) => {
    const message = { jsonrpc: "2.0", id: 1, ...body };
    const headers = {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(session === undefined ? {} : { "mcp-session-id": session }),
    };
    const asked = { method: "POST", headers, body: JSON.stringify(message) };
    return sessions.handle(new Request("http://localhost/mcp", asked), message);
  };
  const ask = async (method: string, session?: string) => {
    const response = await send({ method }, session);
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  const params = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  };
  const open = async () => {
    const response = await send({ method: "initialize", params });
    const said = await response.text();
    const id = response.headers.get("mcp-session-id") ?? "";
    return { status: response.status, id, said, headers: response.headers };
  };
  return { sessions, clock, held, send, ask, open };
}

describe("a session beyond the most there may be", () => {
  test("is refused with what to do while all are used, and ends none", async () => {
    const { sessions, ask, open, clock } = serve(3);
    const opened = [await open(), await open(), await open()];
    for (const { id } of opened) expect((await ask("tools/list", id)).status).toBe(200);
    clock.ms += idleMs - 1;
    const refused = await open();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(JSON.parse(refused.said).error.message).toMatch(/All 3 sessions .*DELETE/);
    for (const { id } of opened) expect((await ask("tools/list", id)).status).toBe(200);
    await sessions.close();
  });

  test("gets the place of one never used, else of the one silent for longest", async () => {
    const { sessions, ask, open, clock } = serve(3);
    const [ada, bob, carol] = [await open(), await open(), await open()];
    for (const { id } of [bob, carol]) await ask("tools/list", id);
    expect((await open()).status).toBe(200);
    expect((await ask("tools/list", ada.id)).status).toBe(404);
    clock.ms += 1;
    await ask("tools/list", bob.id);
    clock.ms += idleMs - 1;
    const dora = await open();
    expect(dora.status).toBe(200);
    await ask("tools/list", dora.id);
    expect((await open()).status).toBe(200);
    expect((await ask("tools/list", carol.id)).status).toBe(404);
    expect((await ask("tools/list", bob.id)).status).toBe(200);
    await sessions.close();
  });

  test("never gets the place of one whose call runs, however long", async () => {
    const { sessions, send, ask, open, clock, held } = serve(1);
    const ada = await open();
    const call = send({ method: "hold" }, ada.id);
    await expect.poll(() => held.length).toBe(1);
    clock.ms += 10 * idleMs;
    expect((await open()).status).toBe(429);
    for (const answer of held) answer();
    expect((await (await call).text()).length).toBeGreaterThan(0);
    expect((await ask("tools/list", ada.id)).status).toBe(200);
    await sessions.close();
  });

  test("is counted from the first byte of its handshake", async () => {
    const { sessions, open } = serve(2);
    const opened = await Promise.all([open(), open(), open(), open()]);
    expect(opened.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(sessions.size).toBe(2);
    await sessions.close();
  });
});
