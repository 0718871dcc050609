// Requests whose Host, Origin or first line is odd, at every path. None of them may end the process.
import { ask } from "../../gateway/connection.mjs";
import { each } from "../stage.mjs";

const paths = [
  "/mcp",
  "/servers/a/mcp",
  "/toolsets/a/mcp",
  "/servers",
  "/servers/a",
  "/register",
  "/leases/a",
  "/events",
  "/tools?q=a",
  "/toolsets",
  "/config/cursor",
  "/diagnose",
  "/healthz",
  "/openapi.json",
  "/docs",
  "/",
];
const methods = ["GET", "POST", "DELETE", "OPTIONS", "PUT"];
const hosts = [
  "localhost:99999",
  "127.0.0.1:65536",
  "[::1]:70000",
  "localhost:",
  "localhost:0",
  "localhost.",
  "[::1",
  "[1.2.3.4]",
  "%00",
  "a b",
  "",
  "localhost@evil.example",
  "localhost#",
  "localhost/..",
  "0x7f.1",
  "ＬＯＣＡＬＨＯＳＴ",
  `${"a".repeat(300)}.example`,
];
const origins = [
  undefined,
  "http://localhost",
  "https://localhost:99999",
  "http://127.0.0.1:65536",
  "null",
  "http://[",
  "file://",
  "javascript:1",
  "http://localhost@evil.example",
  "http://%",
  "://",
  "x",
];
const lines = [
  "GET //evil.example HTTP/1.1",
  "GET http://[ HTTP/1.1",
  "GET http://localhost:99999/mcp HTTP/1.1",
  "POST /mcp?%ff=%c3%28 HTTP/1.1",
  "POST /servers/%E0%A4%A/mcp HTTP/1.1",
  "GET /servers/%00/mcp HTTP/1.1",
  "GET /mcp#a?servers=%zz HTTP/1.1",
  "GET \\mcp HTTP/1.1",
  "CONNECT localhost:99999 HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "GET /mcp HTTP/9.9",
  "G\0T /mcp HTTP/1.1",
  "PRI * HTTP/2.0",
];

function* requests(port) {
  for (const host of hosts)
    for (const origin of origins)
      for (const [index, path] of paths.entries()) {
        const method = methods[(index + host.length) % methods.length];
        const named = origin === undefined ? "" : `Origin: ${origin}\r\n`;
        yield `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${named}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
      }
  for (const line of lines)
    for (const host of [`127.0.0.1:${port}`, "localhost:99999"])
      yield `${line}\r\nHost: ${host}\r\nOrigin: http://localhost:99999\r\nContent-Length: 0\r\n\r\n`;
}

export default {
  name: "odd-requests",
  faults: ["S1"],
  title: "odd Host, Origin and request lines on every path",
  isLight: true,
  async run(stage) {
    const { hub } = stage;
    const all = [...requests(hub.port)];
    const every = stage.scale(1, 11);
    const chosen = all.filter((_, index) => index % every === 0 || index >= all.length - 26);
    let answers = 0;
    const broken = [];
    await each(chosen, 8, async (request) => {
      if (!hub.isRunning) return;
      const bytes = Buffer.from(request, "latin1");
      const answer = await ask(hub.port, bytes, { limitMs: 2_000 }).catch(() => undefined);
      if (answer === undefined) return;
      answers += 1;
      if (answer.status === 500) broken.push(request.split("\r\n", 1)[0]);
    });
    stage.note("requests", chosen.length);
    stage.note("answered", answers);
    stage.must("answers of 500", broken.length, broken.length === 0);
  },
};
