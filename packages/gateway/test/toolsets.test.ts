import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  closeAll,
  closeLater,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  textOf,
  tool,
  type Upstream,
  until,
} from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const toolsChanged = "notifications/tools/list_changed";

const find = tool("find", {
  title: "Find",
  description: "Finds a customer by number.",
  inputSchema: { type: "object", properties: { number: { type: "string" } } },
});

function toolsOf({ result }: Message): readonly Payload[] {
  return (result?.tools ?? []) as readonly Payload[]; // what every list of tools holds
}

/** Answers which tool of which server was called, and with what. */
function telling(upstream: Upstream, serverId: string, names: readonly string[]): void {
  for (const name of names) {
    upstream.on(name, (call) => ({
      content: [
        { type: "text", text: `${serverId} ${call.name} ${JSON.stringify(call.params.arguments)}` },
      ],
    }));
  }
}

let hub: TestHub;
let mail: LegacyUpstream;
let crm: ModernUpstream;

/** One server of each era. Both have a tool `echo`. */
beforeEach(async () => {
  hub = await TestHub.start();
  mail = await LegacyUpstream.start({ tools: ["send", "reset", "echo"] });
  crm = await ModernUpstream.start({ tools: [find, "echo"] });
  telling(mail, "mail", ["send", "reset", "echo"]);
  telling(crm, "crm", ["find", "echo"]);
  await hub.register("mail", mail, { tags: ["office"] });
  await hub.register("crm", crm, { tags: ["sales"] });
});
afterEach(closeAll);

/** Saves a toolset, and returns clients of both eras at its endpoint. */
async function saved(definition: Payload) {
  const { url } = (await hub.rest("POST", "/toolsets", { name: "Desk", ...definition })) as {
    readonly url: string;
  }; // as its description says
  const legacy = await LegacyClient.open(hub.url, { path: url });
  const clients = [new ModernClient(hub.url, { path: url }), legacy] as const;
  return { modern: clients[0], legacy, clients };
}

const change = (definition: Payload) =>
  hub.rest("PUT", "/toolsets/desk", { name: "Desk", ...definition });

describe("the endpoint of a toolset", () => {
  test("shows what its servers, tags, allow and deny lists let through, in both eras", async () => {
    const { clients } = await saved({});
    const shown = async () => {
      const lists = await Promise.all(
        clients.map(async (client) =>
          toolsOf(await client.ask("tools/list")).map(({ name }) => name),
        ),
      );
      expect(lists[0]).toEqual(lists[1]);
      return lists[0];
    };
    const all = ["crm__echo", "crm__find", "mail__echo", "mail__reset", "mail__send"];
    expect(await shown()).toEqual(all);

    const cases: readonly (readonly [Payload, readonly string[]])[] = [
      [{ servers: ["crm"] }, ["crm__echo", "crm__find"]],
      [{ tags: ["office", "unheard-of"] }, ["mail__echo", "mail__reset", "mail__send"]],
      [{ servers: ["crm"], tags: ["office"] }, []],
      [{ allow: ["mail/send", "crm/*"] }, ["crm__echo", "crm__find", "mail__send"]],
      [{ deny: ["mail/reset", "crm/*"] }, ["mail__echo", "mail__send"]],
      [{ allow: ["mail/*"], deny: ["mail/reset"] }, ["mail__echo", "mail__send"]],
      [{ allow: [] }, []],
      [{}, all],
    ];
    for (const [definition, expected] of cases) {
      await change(definition);
      expect(await shown(), JSON.stringify(definition)).toEqual(expected);
    }
  });

  test("does not let through a call of what it does not show", async () => {
    const { clients } = await saved({ servers: ["mail"], deny: ["mail/reset"] });
    for (const client of clients) {
      for (const name of ["mail__reset", "crm__find", "hub__call_tool"]) {
        const { error } = await client.ask("tools/call", { name, arguments: {} });
        expect(error?.code, name).toBe(-32_602);
      }
    }
    expect([...mail.calls, ...crm.calls]).toEqual([]);
  });

  test("shows a tool under another name and description, and calls it by its own", async () => {
    const { clients } = await saved({
      overrides: {
        "crm/find": { name: "find_customer", description: "Look here first." },
        "mail/send": { title: "Write to somebody" },
      },
    });
    for (const client of clients) {
      const tools = toolsOf(await client.ask("tools/list"));
      const found = tools.find(({ name }) => name === "find_customer");
      expect(found).toEqual({
        ...find,
        name: "find_customer",
        description: "Look here first.",
      });
      expect(tools.find(({ name }) => name === "mail__send")).toMatchObject({
        title: "Write to somebody",
      });
      const called = await client.ask("tools/call", {
        name: "find_customer",
        arguments: { number: "7" },
      });
      expect(textOf(called)).toBe('crm find {"number":"7"}');
      const { error } = await client.ask("tools/call", { name: "crm__find", arguments: {} });
      expect(error?.code).toBe(-32_602);
    }
  });

  test("without prefixes shows bare names, and leaves out and reports what two servers have", async () => {
    const { modern, legacy } = await saved({ prefix: "never" });
    const listed = await modern.ask("tools/list");
    expect(toolsOf(listed).map(({ name }) => name)).toEqual(["find", "reset", "send"]);
    expect(JSON.stringify(listed.result?._meta)).toContain('"name":"echo"');
    expect(textOf(await legacy.ask("tools/call", { name: "send", arguments: {} }))).toBe(
      "mail send {}",
    );
    await change({ prefix: "never", overrides: { "mail/echo": { name: "mail_echo" } } });
    const told = toolsOf(await modern.ask("tools/list")).map(({ name }) => name);
    expect(told).toEqual(["echo", "find", "mail_echo", "reset", "send"]);
    expect(textOf(await modern.ask("tools/call", { name: "echo", arguments: {} }))).toBe(
      "crm echo {}",
    );
    expect(textOf(await modern.ask("tools/call", { name: "mail_echo", arguments: {} }))).toBe(
      "mail echo {}",
    );
  });

  test("in search mode offers the hub's own tools, which find and call only what it lets through", async () => {
    const { clients } = await saved({
      mode: "search",
      deny: ["mail/reset"],
      overrides: { "crm/find": { name: "find_customer" } },
    });
    for (const client of clients) {
      const tools = toolsOf(await client.ask("tools/list"));
      expect(tools.map(({ name }) => name)).toEqual([
        "hub__list_servers",
        "hub__find_tools",
        "hub__call_tool",
      ]);
      const ask = (name: string, given: Payload) =>
        client.ask("tools/call", { name, arguments: given });
      const namesFor = async (query: string) =>
        toolsOf({
          result: JSON.parse(textOf(await ask("hub__find_tools", { query }))),
        }).map(({ name }) => name);
      expect((await namesFor("find a customer"))[0]).toBe("find_customer");
      expect(await namesFor("reset")).not.toContain("mail__reset");
      const called = await ask("hub__call_tool", {
        name: "find_customer",
        arguments: { number: "7" },
      });
      expect(textOf(called)).toBe('crm find {"number":"7"}');
      const refused = await ask("hub__call_tool", { name: "mail__reset", arguments: {} });
      expect(refused.error?.code).toBe(-32_602);
    }
    expect(mail.calls).toEqual([]);
  });
});

describe("a toolset that changes", () => {
  /** Clients of both eras that listen at the toolset, and how often they have heard of new tools. */
  async function listening(definition: Payload) {
    const { modern, legacy } = await saved(definition);
    const streams = [await legacy.listen(), await modern.listen({ toolsListChanged: true })];
    let times = 0;
    const hear = async () => {
      times += 1;
      await until(`to hear for the ${times}. time`, () =>
        streams.every((stream) => stream.named(toolsChanged).length >= times),
      );
      for (const stream of streams) expect(stream.named(toolsChanged)).toHaveLength(times);
    };
    return { modern, hear };
  }

  test("is heard of once by each client that listens, and by no other change", async () => {
    const { modern, hear } = await listening({ servers: ["mail"] });
    await change({ servers: ["mail"], deny: ["mail/reset"] });
    await hear();
    // Neither shows other tools, so that a client that heard of one would count too many below.
    await change({ servers: ["mail"], deny: ["mail/reset"], description: "For the desk." });
    await hub.rest("POST", "/toolsets", { name: "Other" });
    await change({ servers: ["crm"] });
    await hear();
    const names = toolsOf(await modern.ask("tools/list")).map(({ name }) => name);
    expect(names).toEqual(["crm__echo", "crm__find"]);
  });

  test("is heard of for another description, and for another title", async () => {
    const described = (description: string) => ({ overrides: { "mail/send": { description } } });
    const { hear } = await listening(described("Sends one."));
    await change(described("Sends two."));
    await hear();
    await change({ overrides: { "mail/send": { title: "Send" } } });
    await hear();
  });

  test("is gone when it is deleted, and there again with the same id", async () => {
    const { modern } = await saved({ servers: ["mail"] });
    await hub.rest("DELETE", "/toolsets/desk");
    const gone = await modern.send("tools/list").done;
    expect(gone.status).toBe(404);
    expect(gone.text).toContain("GET /toolsets");
    await hub.rest("POST", "/toolsets", { name: "Desk", servers: ["crm"] });
    const names = toolsOf(await modern.ask("tools/list")).map(({ name }) => name);
    expect(names).toEqual(["crm__echo", "crm__find"]);
  });

  test("takes a server that it named before it was there", async () => {
    const { modern } = await saved({ servers: ["wiki"] });
    expect(toolsOf(await modern.ask("tools/list"))).toEqual([]);
    const stream = await modern.listen({ toolsListChanged: true });
    await hub.register("wiki", await ModernUpstream.start({ tools: ["read"] }));
    await until("to hear of it", () => stream.named(toolsChanged).length > 0);
    const names = toolsOf(await modern.ask("tools/list")).map(({ name }) => name);
    expect(names).toEqual(["wiki__read"]);
  });

  test("is as it was after the hub has started anew", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-toolsets-"));
    closeLater(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await TestHub.start({ dataDir });
    await first.register("crm", crm);
    await first.rest("POST", "/toolsets", {
      name: "Desk",
      allow: ["crm/find"],
      overrides: { "crm/find": { name: "find_customer" } },
    });
    await first.stop();
    const second = await TestHub.start({ dataDir });
    await second.whenUp("crm");
    const client = new ModernClient(second.url, { path: "/toolsets/desk/mcp" });
    const called = await client.ask("tools/call", { name: "find_customer", arguments: {} });
    expect(textOf(called)).toBe("crm find {}");
  });
});
