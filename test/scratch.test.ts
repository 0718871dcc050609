import { test } from "vitest";
import { HubProcess } from "./support/hub-process.js";
import { RawConnection, requestBytes } from "./support/raw-http.js";

test("wire", async () => {
  const hub = await HubProcess.start({ MCP_HUB_PROBE_FAILING_MS: "60000" });
  const host: [string, string] = ["host", `127.0.0.1:${hub.port}`];
  const json: [string, string] = ["content-type", "application/json"];
  const tries: Record<string, [Buffer | string, boolean?]> = {
    garbage: ["\x16\x03\x01\x02\x00garbage\r\n\r\n"],
    nohost: [requestBytes("GET /servers")],
    twohosts: [requestBytes("GET /servers", [host, host])],
    absolute: [requestBytes(`GET http://127.0.0.1:${hub.port}/servers`, [host])],
    absoluteEvil: [requestBytes(`GET http://evil.example/servers`, [host])],
    bighead: [requestBytes("GET /servers", [host, ["x", "y".repeat(20000)]])],
    connect: [requestBytes("CONNECT 127.0.0.1:1", [host])],
    upgrade: [requestBytes("GET /servers", [host, ["connection", "upgrade"], ["upgrade", "websocket"]])],
    expect: [requestBytes("POST /register", [host, json, ["expect", "100-continue"], ["content-length", "2"]], "{}")],
    expectodd: [requestBytes("POST /register", [host, json, ["expect", "cake"], ["content-length", "2"]], "{}")],
    getbody: [requestBytes("GET /servers", [host, json, ["content-length", "5"]], "hello")],
    trunc: [requestBytes("POST /register", [host, json, ["content-length", "50"]], '{"a'), true],
    truncChunk: [requestBytes("POST /register", [host, json, ["transfer-encoding", "chunked"]], "5\r\n{"), true],
    badChunk: [requestBytes("POST /register", [host, json, ["transfer-encoding", "chunked"]], "zz\r\n{")],
    clte: [requestBytes("POST /register", [host, json, ["content-length", "2"], ["transfer-encoding", "chunked"]], "0\r\n\r\n")],
    twocl: [requestBytes("POST /register", [host, json, ["content-length", "2"], ["content-length", "3"]], "{}")],
    negcl: [requestBytes("POST /register", [host, json, ["content-length", "-2"]], "{}")],
    hugecl: [requestBytes("POST /register", [host, json, ["content-length", "10737418240"]], "{}")],
    over: [requestBytes("POST /register", [host, json, ["content-length", "100000"]], "{}")],
    te: [requestBytes("POST /register", [host, json, ["transfer-encoding", "gzip"]], "{}")],
    h2: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    http10: ["GET /servers HTTP/1.0\r\n\r\n"],
    http09: ["GET /servers\r\n\r\n"],
    star: [requestBytes("OPTIONS *", [host])],
    getstar: [requestBytes("GET *", [host])],
    dslash: [requestBytes("GET //servers", [host])],
    dslash2: [requestBytes("GET //evil.example/servers", [host])],
    pct: [requestBytes("GET /%2Fservers", [host])],
    badpct: [requestBytes("GET /servers/%zz", [host])],
    nul: [requestBytes("GET /servers/%00", [host])],
    badport: [requestBytes("GET ///:99999999", [host])],
    hostbadport: [requestBytes("GET /servers", [["host", "127.0.0.1:99999"]])],
    hostbadport2: [requestBytes("POST /register", [["host", "127.0.0.1:99999"], ["origin", "http://127.0.0.1:99999"], json, ["content-length", "2"]], "{}")],
    ws: [requestBytes("GET /servers", [["host ", "127.0.0.1"]])],
    lf: ["GET /servers HTTP/1.1\nhost: 127.0.0.1\n\n"],
    lower: [requestBytes("get /servers", [host])],
    foo: [requestBytes("FOO /servers", [host])],
    trace: [requestBytes("TRACE /servers", [host])],
    nonascii: [requestBytes("GET /s\xffrvers", [host])],
    track: [requestBytes("PATCH /servers", [host, ["content-length", "3"]], "abc")],
    empty: ["", true],
    pipelined: [Buffer.concat([requestBytes("GET /healthz", [host]), requestBytes("GET /nothing", [host]), requestBytes("GET /version", [host])])],
  };
  for (const [name, [bytes, half]] of Object.entries(tries)) {
    const c = new RawConnection(hub.port);
    const t = performance.now();
    c.write(bytes as Buffer);
    if (half) c.end();
    const out: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const a = await Promise.race([c.next(), new Promise<"silence">((r) => setTimeout(() => r("silence"), 400))]);
      out.push(a === undefined ? `closed ${c.failure ?? ""}` : a === "silence" ? a : `${a.interim.join()} ${a.status} ${a.headers.get("content-type")} conn=${a.headers.get("connection")} ${a.body.slice(0, 90)}`);
      if (a === undefined || a === "silence") break;
    }
    c.destroy();
    console.log(name, Math.round(performance.now() - t), "ms\n   ", out.join("\n    "));
  }
  console.log(hub.program.output);
  await hub.stop();
});
