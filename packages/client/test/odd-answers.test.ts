import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HubClient, HubClientError } from "../src/index.js";

/** What stands where a hub should: answers everything as the test says. */
let server: Server;
let answer: (response: ServerResponse) => void;
let hub: HubClient;
beforeAll(async () => {
  server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  hub = new HubClient({ url: `http://127.0.0.1:${port}`, timeoutMs: 20_000 });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  servers: () => hub.servers(),
  everyServer: () => hub.everyServer(),
  server: () => hub.server("a"),
  tools: () => hub.tools(),
  everyTool: () => hub.everyTool(),
  serverTools: () => hub.serverTools("a"),
  serverResources: () => hub.serverResources("a"),
  serverPrompts: () => hub.serverPrompts("a"),
  serverChanges: () => hub.serverChanges("a"),
  toolsets: () => hub.toolsets(),
  toolset: () => hub.toolset("a"),
  events: () => hub.events(),
  pulse: () => hub.pulse(),
  traffic: () => hub.traffic(),
  calls: () => hub.calls(),
  clients: () => hub.clients(),
  config: () => hub.config("cursor"),
  bundle: () => hub.claudeDesktopBundle(),
  pythonClient: () => hub.pythonClient(),
  version: () => hub.version(),
  health: () => hub.health(),
  readiness: () => hub.readiness(),
  register: () => hub.register({ name: "a", transport: "http", endpoint: "http://a/" }),
  renew: () => hub.renew("a"),
  probe: () => hub.probe("a"),
  diagnose: () => hub.diagnose({ endpoint: "http://a/" }),
  preview: () => hub.previewToolset({}),
  find: () => hub.find("weather"),
  choose: () => hub.choose({ tag: "a" }),
  toLangChain: () => hub.toLangChain(),
  watch: () => hub.watch().next(),
};

const failureOf = (call: Promise<unknown>) =>
  call.then(
    (value) => `resolved with ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );

/** Text that no route answers, whatever it is asked. */
const odd = fc.oneof(
  fc.constantFrom("", " ", "null", "[]", "{}", "true", "0", '""', "[[]]", "<!doctype html><p>Hi"),
  fc.constantFrom('{"servers":{}}', '{"servers":null}', '{"tools":"none"}', '{"servers":[null]}'),
  fc.constantFrom('{"servers":[{}],"nextCursor":1}', '{"servers":[', '{"servers":[{"id":"a"}'),
  fc.constantFrom('{"servers":[{"id":1}]}', '{"jsonrpc":"2.0","result":{}}', "\uFEFFnull"),
  fc.string({ maxLength: 40 }),
  fc.json(),
);
const status = fc.constantFrom(
  200,
  200,
  200,
  201,
  204,
  206,
  301,
  302,
  303,
  307,
  308,
  404,
  405,
  500,
  502,
);
const type = fc.constantFrom("application/json", "text/html", "text/event-stream", "text/plain");

test("nothing odd is ever an answer of a hub, and each says where it came from", async () => {
  const names = fc.constantFrom(...Object.keys(reads));
  await fc.assert(
    fc.asyncProperty(names, odd, status, type, async (name, text, code, mime) => {
      // That is an empty stream, which ends: a hub that closes streams is none of the odd ones.
      fc.pre(!(name === "watch" && mime === "text/event-stream" && code < 300));
      const location =
        code >= 300 && code < 400 ? { location: "https://login.example/?secret=1" } : {};
      answer = (response) =>
        void response
          .writeHead(code, { "content-type": mime, ...location })
          .end(code === 204 ? "" : text);
      const failure = await failureOf(reads[name]?.() ?? Promise.resolve());
      expect([name, HubClientError.is(failure), failure]).toEqual([name, true, failure]);
      if (!HubClientError.is(failure)) return;
      expect(failure.detail).toContain(hub.url);
      expect(failure.detail).not.toContain("secret");
    }),
    { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 300) },
  );
});

test.each(Object.keys(reads))("%s takes no answer that breaks off", async (name) => {
  answer = (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
    response.write('{"servers":[],"tools":[]');
    setImmediate(() => response.destroy());
  };
  const failure = await failureOf(reads[name]?.() ?? Promise.resolve());
  expect(failure).toMatchObject({ status: 0, code: "UNREACHABLE" });
});

test("an answer without an end is not read to it", async () => {
  const chunk = Buffer.alloc(64 * 1024, " ");
  answer = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
  const careful = new HubClient({ url: hub.url, timeoutMs: 60_000, maxAnswerBytes: 1_000_000 });
  expect(await failureOf(careful.servers())).toMatchObject({
    code: "NOT_A_HUB",
    detail: expect.stringContaining("its answer is longer than 1000000 bytes"),
  });
});

test("a list whose pages lead in a circle is no list of a hub", async () => {
  answer = (response) => void response.end('{"servers":[],"tools":[],"nextCursor":"a"}');
  for (const read of [hub.everyServer(), hub.everyTool()])
    expect(await failureOf(read)).toMatchObject({ code: "NOT_A_HUB" });
});

test("an answer where a hub says nothing is told too", async () => {
  answer = (response) => void response.end("{}");
  for (const call of [hub.removeByForce("a"), hub.deregister("a"), hub.deleteToolset("a")])
    expect(await failureOf(call)).toMatchObject({ code: "NOT_A_HUB" });
});

test("a redirect names where it leads, without what may be secret", async () => {
  answer = (response) =>
    void response.writeHead(302, { location: "https://sso.example/x?t=1" }).end();
  const failure = await failureOf(hub.servers());
  expect(String(failure)).toMatch(/it redirects to https:\/\/sso\.example\)/);
});
