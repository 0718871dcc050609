import { Agent, type IncomingMessage, request } from "node:http";
import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  RawConnection,
  TestHub,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** On Linux every address in 127.0.0.0/8 is this machine, and each is a peer of its own to the hub. */
const neighbour = "127.0.0.2";

type Got = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Payload;
};

/** One request on a connection of its own. */
function ask(
  hub: TestHub,
  path: string,
  options: {
    readonly method?: string;
    readonly body?: Payload;
    readonly localAddress?: string;
  } = {},
): Promise<Got> {
  const { method = "GET", body, localAddress } = options;
  return new Promise((resolve, reject) => {
    const sent = request(`${hub.url}${path}`, {
      method,
      agent: new Agent({ keepAlive: false }),
      ...(localAddress === undefined ? {} : { localAddress }),
      headers: { accept: "application/json", "content-type": "application/json" },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text === "" ? {} : JSON.parse(text),
        }),
      );
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** A connection that asks for a stream and keeps it; gives the status it got. */
async function stream(hub: TestHub, path = "/events", host = "127.0.0.1"): Promise<number> {
  const connection = new RawConnection(hub.port, host);
  closeLater(() => connection.destroy());
  connection.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}:${hub.port}\r\nAccept: text/event-stream\r\n\r\n`,
  );
  return (await connection.next())?.status ?? 0;
}

async function use(hub: TestHub, name: string): Promise<Payload> {
  const { body } = await ask(hub, "/healthz?verbose");
  const budgets = body.budgets as readonly Payload[]; // as its description says
  return budgets.find((row) => row.name === name) ?? {};
}

const registration = (name: string) => ({
  name,
  endpoint: "http://127.0.0.1:9/mcp",
  transport: "streamable-http",
  lease: {},
});

describe("streams", () => {
  test("one address has at most half of them, by whatever path, and others their own", async () => {
    const hub = await TestHub.start({ budgets: { eventStreams: 8 } });
    const upstream = await ModernUpstream.start();
    await hub.register("new", upstream);
    const old = await LegacyUpstream.start();
    await hub.register("old", old);
    const modern = new ModernClient(hub.url);
    const legacy = await LegacyClient.open(hub.url);
    expect(await stream(hub)).toBe(200);
    const listening = await modern.listen({ toolsListChanged: true });
    await legacy.listen();
    const passed = new ModernClient(hub.url, { path: "/servers/new/mcp" });
    await passed.listen({ toolsListChanged: true });

    expect(await use(hub, "eventStreams")).toMatchObject({ used: 4, by: "127.0.0.1" });
    const refused = await ask(hub, "/events");
    expect(refused.status).toBe(200); // The journal as JSON is no stream.
    expect(await stream(hub)).toBe(429);
    for (const client of [modern, passed]) {
      const { status, headers, response } = await client.send("subscriptions/listen", {
        notifications: { toolsListChanged: true },
      }).done;
      expect(status).toBe(429);
      expect(headers["retry-after"]).toBe("10");
      expect(response.error?.data).toMatchObject({ hubError: "TOO_MANY_STREAMS" });
    }
    expect(await (await legacy.listen()).opened).toBe(429);
    expect(await use(hub, "eventStreams")).toMatchObject({ used: 4, refused: 4 });

    const other = new ModernClient(hub.url, { localAddress: neighbour });
    await other.listen({ toolsListChanged: true });
    expect(await use(hub, "eventStreams")).toMatchObject({ used: 5 });
    // What is closed is free again.
    listening.close();
    await until("its place to be free", async () => (await use(hub, "eventStreams")).used === 4);
    expect(await stream(hub)).toBe(200);
  });
});

describe("sessions", () => {
  test("of another address are never ended for those of one that takes all it gets", async () => {
    const hub = await TestHub.start({ budgets: { sessions: 16 } });
    const modest = await LegacyClient.open(hub.url, { localAddress: neighbour });
    let granted = 0;
    for (;;) {
      const opened = LegacyClient.tryOpen(hub.url);
      if ((await opened.done).status === 429) break;
      const id = (await opened.done).headers["mcp-session-id"];
      const pinged = await fetch(`${hub.url}/mcp`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "mcp-session-id": String(id),
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
      });
      expect(pinged.status).toBe(200);
      granted += 1;
    }
    expect(granted).toBe(8);
    // The modest one never used its session, and has it all the same; and it gets more.
    expect((await modest.send("ping").done).status).toBe(200);
    for (let one = 0; one < 3; one += 1)
      await LegacyClient.open(hub.url, { localAddress: neighbour });
  });
});

describe("connections", () => {
  /** A hub all of whose connections for one address are at work. */
  async function crowded() {
    const hub = await TestHub.start({ budgets: { connections: 64, eventStreams: 128 } });
    const lease = await hub.announce("before", "http://127.0.0.1:9/mcp");
    let streams = 0;
    while ((await stream(hub)) === 200) streams += 1;
    return { hub, lease, streams };
  }

  test("all at work: heartbeats, registrations and health are answered, anything else is told to wait", async () => {
    const { hub, lease, streams } = await crowded();
    expect(streams).toBeGreaterThan(20);
    for (let one = 0; one < 20; one += 1) {
      expect((await ask(hub, `/leases/${lease.id}`, { method: "PUT" })).status).toBe(200);
      const registered = await ask(hub, "/register", {
        method: "POST",
        body: registration(`newcomer-${one}`),
      });
      expect(registered.status).toBe(201);
      expect((await ask(hub, "/healthz")).status).toBe(200);
      expect((await ask(hub, "/readyz")).status).toBe(200);
    }
    const { status, headers, body } = await ask(hub, "/servers");
    expect(status).toBe(429);
    expect(headers).toMatchObject({ "retry-after": "5", connection: "close" });
    expect(body).toMatchObject({ code: "TOO_MANY_CONNECTIONS" });
    for (const path of ["/mcp", "/mcp?hub=off", "/servers/before/mcp", "/toolsets/any/mcp"]) {
      const asked = await ask(hub, path, { method: "POST", body: { jsonrpc: "2.0", id: 1 } });
      expect(asked.status).toBe(429);
      expect(asked.headers).toMatchObject({
        "retry-after": "5",
        "content-type": "application/json",
      });
      expect(asked.body).toMatchObject({
        jsonrpc: "2.0",
        id: null,
        error: { code: -31_028, data: { hubError: "TOO_MANY_CONNECTIONS", mayHaveRun: false } },
      });
    }
  });

  test("all of one address at work: another one gets everything", async () => {
    const { hub, lease } = await crowded();
    const options = { localAddress: neighbour };
    expect((await ask(hub, "/servers", options)).status).toBe(200);
    expect((await ask(hub, `/leases/${lease.id}`, { ...options, method: "PUT" })).status).toBe(200);
    const { status } = await new ModernClient(hub.url, options).send("tools/list").done;
    expect(status).toBe(200);
  });

  test("that do nothing, or send half a request, make room, the oldest first", async () => {
    const hub = await TestHub.start({ budgets: { connections: 64 } });
    expect(await stream(hub)).toBe(200);
    const idle = Array.from({ length: 200 }, (_, one) => {
      const connection = new RawConnection(hub.port);
      closeLater(() => connection.destroy());
      const body =
        "POST /register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{";
      if (one % 2 === 0) connection.write(body);
      return connection;
    });
    await until("some to make room", () => idle.filter(({ isClosed }) => isClosed).length > 150);
    for (let one = 0; one < 20; one += 1) expect((await ask(hub, "/servers")).status).toBe(200);
    expect(idle.at(-1)?.isClosed).toBe(false);
    // Who hears something is not idle.
    expect(await use(hub, "eventStreams")).toMatchObject({ used: 1 });
  });
});

describe("large messages", () => {
  test("that one address does not finish leave room for those of others, and are given back when it goes", async () => {
    const hub = await TestHub.start({ budgets: { receivedBytes: 8 * 1024 * 1024 } });
    const half = (from: string) => {
      const connection = new RawConnection(hub.port, "127.0.0.1", from);
      closeLater(() => connection.destroy());
      const length = 2 * 1024 * 1024;
      connection.write(
        `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`,
      );
      connection.write("x".repeat(length - 1));
      return connection;
    };
    const used = async () => Number((await use(hub, "receivedBytes")).used);
    const unfinished = Array.from({ length: 4 }, () => half("127.0.0.1"));
    const answers = unfinished.map((connection) => connection.next());
    const refused = await Promise.race(answers);
    expect(refused?.status).toBe(429);
    expect(refused?.headers.get("retry-after")).toBe("5");
    expect(refused?.body).toContain("TOO_MANY_BYTES");
    expect(await used()).toBeLessThanOrEqual(4 * 1024 * 1024);

    const before = await used();
    const other = half(neighbour);
    await until("the other's to be kept", async () => (await used()) > before + 1.5 * 1024 * 1024);
    for (const connection of [...unfinished, other]) connection.destroy();
    await until("all to be given back", async () => (await used()) === 0);
    const text = "y".repeat(3 * 1024 * 1024);
    const { status } = await new ModernClient(hub.url).send("tools/list", { text }).done;
    expect(status).toBe(200);
    await until("it to be given back", async () => (await used()) === 0);
  });
});
