import { Readable } from "node:stream";
import { HubProcess, type RawAnswer, RawConnection, requestBytes } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let hub: HubProcess;
let host: readonly [string, string];
const json = ["content-type", "application/json"] as const;

beforeAll(async () => {
  hub = await HubProcess.start();
  host = ["host", `127.0.0.1:${hub.port}`];
});

afterAll(() => hub.stop());

async function exchange(bytes: string | Uint8Array): Promise<RawAnswer | undefined> {
  const connection = new RawConnection(hub.port);
  connection.write(bytes);
  const answer = await connection.next();
  connection.destroy();
  return answer;
}

/** Refused with a sentence, in the form of every other error. */
const refused = (status: number) => ({
  status,
  body: expect.stringMatching(/"detail":"[A-Z].*\."/),
});

describe("requests that two programs in a row may read differently", () => {
  test.each([
    ["no Host", () => requestBytes("GET /servers")],
    ["two Hosts", () => requestBytes("GET /servers", [host, host])],
    ["two Hosts, one of them evil", () => requestBytes("GET /servers", [host, ["host", "evil"]])],
    ["a Host with a space before the colon", () => requestBytes("GET /servers", [["host ", "x"]])],
    ["a Host that is no host", () => requestBytes("GET /servers", [["host", "127.0.0.1:99999"]])],
    ["an absolute target", () => requestBytes(`GET http://${host[1]}/servers`, [host])],
    ["a foreign absolute target", () => requestBytes("GET http://evil.example/servers", [host])],
    ["a target that is no path", () => requestBytes("OPTIONS *", [host])],
    ["a tunnel", () => requestBytes("CONNECT 127.0.0.1:1", [host])],
    ["two lengths", () => requestBytes("POST /register", [host, length(2), length(3)], "{}")],
    ["a length and chunks", () => requestBytes("POST /register", [host, length(2), chunked], "0")],
    ["a folded header", () => requestBytes("GET /servers", [host, [" folded", "x"]])],
    ["another protocol", () => "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"],
    ["another expectation", () => requestBytes("GET /servers", [host, ["expect", "cake"]])],
  ])("%s: 400 with a sentence", async (_, bytes) => {
    expect(await exchange(bytes())).toMatchObject(refused(400));
  });

  test("20 KB of headers: 431 with a sentence", async () => {
    const bytes = requestBytes("GET /servers", [host, ["x", "y".repeat(20_000)]]);
    expect(await exchange(bytes)).toMatchObject(refused(431));
  });
});

const length = (size: number) => ["content-length", String(size)] as const;
const chunked = ["transfer-encoding", "chunked"] as const;

describe("a body that is too large", () => {
  test("a length of 10 GB: the 413 is there before the body is", async () => {
    const answer = await exchange(requestBytes("POST /register", [host, json, length(1e10)], "{"));
    expect(answer).toMatchObject(refused(413));
  });

  test.each([
    ["of 10 GB", length(10_000_000_000)],
    ["in chunks", chunked],
  ])(
    "a body %s that keeps coming: the 413 can be read, and then the hub hangs up",
    async (_, sized) => {
      const connection = new RawConnection(hub.port);
      connection.write(requestBytes("POST /register", [host, json, sized]));
      const piece = Buffer.from(`10000\r\n${" ".repeat(65_536)}\r\n`);
      let sent = 0;
      const push = () => {
        while (!connection.isClosed && connection.socket.writable && sent < 200_000_000) {
          sent += piece.length;
          if (!connection.socket.write(piece)) return;
        }
      };
      connection.socket.on("drain", push);
      push();
      expect(await connection.next()).toMatchObject(refused(413));
      await connection.closed;
      connection.destroy();
    },
  );

  test("fetch gets the status too, not a broken pipe, whether it knows the length or not", async () => {
    const init = { method: "POST", headers: [[...json]] satisfies [string, string][] };
    const whole = await fetch(`${hub.url}/register`, { ...init, body: "x".repeat(20_000_000) });
    expect(whole.status).toBe(413);
    let pieces = 0;
    const endless = new Readable({
      read() {
        pieces += 1;
        this.push(pieces > 3_200 ? null : Buffer.alloc(65_536, " "));
      },
    });
    const streamed = await fetch(`${hub.url}/register`, {
      ...init,
      body: Readable.toWeb(endless) as ReadableStream<Uint8Array>,
      duplex: "half",
    } as RequestInit);
    expect(streamed.status).toBe(413);
    expect(await streamed.json()).toMatchObject({ code: "BODY_TOO_LARGE" });
  });
});

describe("what HTTP allows", () => {
  const registration = (name: string) =>
    JSON.stringify({ name, transport: "http", endpoint: `http://127.0.0.1:1/${name}` });

  test("a client that waits for 100 Continue is told to go on", async () => {
    const body = registration("Patient");
    const connection = new RawConnection(hub.port);
    connection.write(
      requestBytes("POST /register", [host, json, length(body.length), ["expect", "100-continue"]]),
    );
    const answer = connection.next();
    await new Promise((resolve) => connection.socket.once("data", resolve));
    connection.write(body);
    expect(await answer).toMatchObject({ status: 201, interim: [100] });
    connection.destroy();
  });

  test("requests sent one behind the other are answered in order", async () => {
    const body = registration("Piped");
    const connection = new RawConnection(hub.port);
    connection.write(
      Buffer.concat([
        requestBytes("GET /healthz", [host]),
        requestBytes("POST /register", [host, json, length(body.length)], body),
        requestBytes("POST /register", [host, json, length(3)], "{}}"),
        requestBytes("GET /version", [host]),
        requestBytes("GET /nothing", [host]),
      ]),
    );
    const statuses: unknown[] = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await connection.next())?.status);
    expect(statuses).toEqual([200, 201, 400, 200, 404]);
    connection.destroy();
  });

  test("a body sent to GET is ignored, and is not taken for the next request", async () => {
    const hidden = "DELETE /servers/piped HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const connection = new RawConnection(hub.port);
    connection.write(requestBytes("GET /healthz", [host, length(hidden.length)], hidden));
    connection.write(requestBytes("GET /servers/piped", [host]));
    expect([(await connection.next())?.status, (await connection.next())?.status]).toEqual([
      200, 200,
    ]);
    connection.destroy();
  });

  test("a body that stops in the middle is the client's fault, not the hub's", async () => {
    const connection = new RawConnection(hub.port);
    connection.write(requestBytes("POST /register", [host, json, length(50)], '{"name"'));
    connection.end();
    expect(await connection.next()).toMatchObject(refused(400));
    const gone = new RawConnection(hub.port);
    gone.write(requestBytes("POST /register", [host, json, length(50)], '{"name"'));
    await exchange(requestBytes("GET /healthz", [host]));
    gone.socket.resetAndDestroy();
    await gone.closed;
    expect((await exchange(requestBytes("GET /healthz", [host])))?.status).toBe(200);
    expect(hub.program.output).not.toContain('"level":"error"');
  });
});

describe("the guard on real sockets", () => {
  const routes = [
    ...["GET /", "GET /servers", "GET /servers/x", "DELETE /servers/x", "POST /servers/x/probe"],
    ...["GET /servers/x/tools", "GET /servers/x/changes", "GET /tools?q=x", "GET /events"],
    ...["POST /register", "PUT /leases/x", "DELETE /leases/x", "POST /diagnose"],
    ...["GET /openapi.json", "GET /docs", "GET /docs/swagger-ui.css", "GET /docs/start.js"],
    ...["GET /docs/page.css", "GET /docs/theme.js"],
    ...["GET /docs/swagger-ui-bundle.js", "GET /healthz", "GET /readyz", "GET /version"],
    ...[
      "GET /nothing",
      "GET //servers",
      "GET /%2Fservers",
      "GET /servers/..;/x",
      "OPTIONS /servers",
    ],
    ...["GET /docs/../servers", "PATCH /servers", "GET /servers/%00", "GET /../../etc/passwd"],
  ];

  test("a Host of another name is refused on every route, and a page of another site cannot change or read", async () => {
    for (const route of routes) {
      for (const name of ["evil.example", `127.0.0.1.nip.io:${hub.port}`, "0.0.0.0"]) {
        const answer = await exchange(requestBytes(route, [["host", name], length(0)]));
        expect([route, answer]).toEqual([route, expect.objectContaining(refused(403))]);
      }
      const origin = ["origin", "http://evil.example"] as const;
      const foreign = await exchange(requestBytes(route, [host, origin, length(0)]));
      expect([route, foreign?.status]).toEqual([route, 403]);
      const own = await exchange(requestBytes(route, [host, length(0)]));
      for (const answer of [foreign, own]) {
        const names = [...(answer?.headers.keys() ?? [])];
        expect(names.filter((one) => one.startsWith("access-control-"))).toEqual([]);
        expect(names).toEqual(expect.arrayContaining(["x-content-type-options"]));
      }
    }
  });
});
