import { until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createBackend } from "../src/create-backend.js";
import { createGuard } from "../src/serve/guard.js";
import { listen, portOf, stop } from "../src/serve/listen.js";
import { createNodeListener } from "../src/serve/node-listener.js";
import { classifyTarget } from "../src/target.js";
import { createEndpoint } from "../src/wrap/endpoint.js";
import { clientKinds, connectClient, type TestClient } from "./support/clients.js";
import { createFastMcp, createV1, createV2, Gate } from "./support/servers.js";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(target: unknown): Promise<string> {
  const classified = classifyTarget(target);
  if (classified.kind === "url") throw new Error("not served");
  const guard = createGuard({ isLoopbackOnly: true, allowedHosts: [] });
  const endpoint = createEndpoint(createBackend(classified), { guard });
  const server = await listen(createNodeListener(endpoint.fetch), 0, "127.0.0.1");
  cleanups.push(async () => {
    await endpoint.close();
    await stop(server);
  });
  return `http://127.0.0.1:${portOf(server)}/mcp`;
}

async function connect(
  kind: (typeof clientKinds)[number],
  url: string,
  word?: string,
): Promise<TestClient> {
  const client = await connectClient(kind, url, word);
  cleanups.push(() => client.close());
  return client;
}

const forms: Record<string, (gate: Gate) => unknown> = {
  "v1 instance": (gate) => createV1(gate),
  "v1 low-level instance": (gate) => createV1(gate).server,
  "v1 factory": (gate) => () => createV1(gate),
  "v2 instance": (gate) => createV2(gate),
  "v2 low-level instance": (gate) => createV2(gate).server,
  "v2 factory": (gate) => async () => createV2(gate),
};

for (const [form, create] of Object.entries(forms)) {
  for (const kind of clientKinds) {
    const isModernNative = form === "v2 factory" && kind === "v2 modern";
    describe(`${form}, ${kind} client`, () => {
      test("lists and calls", async () => {
        const client = await connect(kind, await serve(create(new Gate())));
        expect(await client.listTools()).toContain("greet");
        expect(await client.call("greet", { name: "Ada" })).toBe("Hello Ada");
      });

      test("progress and logs reach their own call, with two clients at once", async () => {
        const gate = new Gate();
        const url = await serve(create(gate));
        const [ada, bob] = [await connect(kind, url), await connect(kind, url)];
        const seen = { ada: [] as string[], bob: [] as string[] };
        const calls = [
          ada.call("count", { name: "ada" }, (message) => seen.ada.push(message)),
          bob.call("count", { name: "bob" }, (message) => seen.bob.push(message)),
        ];
        await until("both calls", () => gate.isWaiting("ada") && gate.isWaiting("bob"));
        gate.open("bob");
        gate.open("ada");
        expect(await Promise.all(calls)).toEqual(["counted ada", "counted bob"]);
        expect(seen).toEqual({ ada: ["ada", "ada", "ada"], bob: ["bob", "bob", "bob"] });
        await until("logs", () => ada.logs.length > 0 && bob.logs.length > 0);
        expect(ada.logs).toEqual(["counted for ada"]);
        expect(bob.logs).toEqual(["counted for bob"]);
      });

      // A native v2 server has no way to push a question to a stateless client; it returns one instead.
      if (!isModernNative)
        test("the server asks the client that called", async () => {
          const gate = new Gate();
          const url = await serve(create(gate));
          const [ada, bob] = [await connect(kind, url, "plum"), await connect(kind, url, "pear")];
          const answers = [
            ada.call("ask", { question: "one?" }),
            bob.call("ask", { question: "two?" }),
          ];
          await until("both calls", () => gate.isWaiting("one?") && gate.isWaiting("two?"));
          gate.open("one?");
          await until("a question", () => ada.questions.length + bob.questions.length > 0);
          gate.open("two?");
          expect(await Promise.all(answers)).toEqual(["accept: plum", "accept: pear"]);
          const samples = await Promise.all([ada.call("sample"), bob.call("sample")]);
          expect(samples).toEqual(["sampled plum", "sampled pear"]);
          expect([ada.questions, bob.questions]).toEqual([["one?"], ["two?"]]);
        });

      // A factory's servers do not outlive a stateless request: `notify` announces for them.
      if (!(form.endsWith("factory") && kind === "v2 modern"))
        test("a new tool is announced", async () => {
          const client = await connect(kind, await serve(create(new Gate())));
          await client.listen();
          const before = await client.listTools();
          await client.call("grow");
          await until("list_changed", () => client.toolChanges > 0);
          expect((await client.listTools()).length).toBe(before.length + 1);
        });
    });
  }
}

describe("npm fastmcp", () => {
  for (const kind of clientKinds) {
    test(`lists and calls, ${kind} client`, async () => {
      const client = await connect(kind, await serve(createFastMcp()));
      expect(await client.listTools()).toEqual(["greet"]);
      expect(await client.call("greet", { name: "Ada" })).toBe("Hello Ada");
    });
  }

  test("keeps nothing of clients that leave at once", async () => {
    const server = createFastMcp();
    let connects = 0;
    server.on("connect", () => {
      connects += 1;
    });
    const url = await serve(server);
    for (let index = 0; index < 5; index += 1) await (await connectClient("v1", url)).close();
    // It counts a session only a while after the client came, which is when this one had left.
    await until("the sessions to come", () => connects === 5);
    await until("the sessions to go", () => server.sessions.length === 0);
  });
});
