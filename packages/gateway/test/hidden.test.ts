import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  type Payload,
  TestHub,
  textOf,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

type Client = LegacyClient | ModernClient;

type List = {
  readonly tools: readonly { readonly name: string }[];
  readonly _meta?: Readonly<Record<string, readonly Payload[]>>;
};

// A list of tools is what its description says.
const list = async (client: Client) => (await client.ask("tools/list")).result as unknown as List;
const names = async (client: Client) => (await list(client)).tools.map(({ name }) => name);

async function withServers() {
  const hub = await TestHub.start();
  const shown = await ModernUpstream.start({ tools: ["echo"] });
  const secret = await LegacyUpstream.start({ tools: ["echo"], capabilities: { tools: {} } });
  await hub.register("shown", shown);
  await hub.register("secret", secret, { tags: ["internal"] });
  return { hub, secret };
}

const hide = (hub: TestHub, hidden: boolean | null) =>
  hub.rest("PATCH", "/servers/secret", { hidden });

describe("a hidden server at /mcp", () => {
  test("is in no list and no search, whoever asks, unless ?hidden=true asks for it", async () => {
    const { hub } = await withServers();
    await hub.rest("POST", "/toolsets", { name: "All", servers: ["shown", "secret"] });
    const paths = ["/mcp", "/mcp?servers=shown,secret", "/toolsets/all/mcp"];
    const open = async (path: string): Promise<Client[]> => [
      await LegacyClient.open(hub.url, { path }),
      new ModernClient(hub.url, { path }),
    ];
    await hide(hub, true);
    for (const path of paths) {
      for (const client of await open(path))
        expect((await names(client)).join()).not.toContain("secret");
      const withHidden = `${path}${path.includes("?") ? "&" : "?"}hidden=true`;
      for (const client of await open(withHidden))
        expect(JSON.stringify(await names(client))).toContain("secret");
    }
    expect(await names(new ModernClient(hub.url, { path: "/mcp?tags=internal&hub=off" }))).toEqual(
      [],
    );
    const search = async (path: string) => {
      const client = new ModernClient(hub.url, { path });
      const found = textOf((await client.call("hub__find_tools", { query: "echo" }).done).response);
      const servers = textOf((await client.call("hub__list_servers").done).response);
      return [found.includes("secret"), servers.includes("secret")];
    };
    expect(await search("/mcp?mode=search")).toEqual([false, false]);
    expect(await search("/mcp?mode=search&hidden=true")).toEqual([true, true]);
    const asked = new ModernClient(hub.url, { path: "/mcp?hidden=perhaps" });
    expect((await asked.ask("tools/list")).error?.message).toContain("?hidden= must be true or");
  });

  test("that was asked for by name is said to be hidden, and its tools cannot be called there", async () => {
    const { hub, secret } = await withServers();
    await hide(hub, true);
    const client = new ModernClient(hub.url, { path: "/mcp?servers=secret" });
    expect((await list(client))._meta?.["mcp-hub/missing"]).toMatchObject([
      { server: "secret", status: "hidden", listed: false },
    ]);
    expect((await client.call("secret__echo").done).response.error).toBeDefined();
    expect(secret.calls).toEqual([]);
    const open = new ModernClient(hub.url, { path: "/mcp?hidden=true" });
    expect(textOf((await open.call("secret__echo", { a: 1 }).done).response)).toBe('{"a":1}');
    const direct = await LegacyClient.open(hub.url, { path: "/servers/secret/mcp" });
    expect(textOf((await direct.call("echo", { b: 2 }).done).response)).toBe('{"b":2}');
    const bridged = new ModernClient(hub.url, { path: "/servers/secret/mcp" });
    expect(textOf((await bridged.call("echo", { c: 3 }).done).response)).toBe('{"c":3}');
  });

  test("goes and comes back as a change of the list, for those who listen", async () => {
    const { hub } = await withServers();
    const client = new ModernClient(hub.url);
    const stream = await client.listen({ toolsListChanged: true });
    const changes = () =>
      stream.messages.filter(({ method }) => method === "notifications/tools/list_changed").length;
    await hide(hub, true);
    await until("clients to hear of it", () => changes() === 1);
    expect((await names(client)).join()).not.toContain("secret");
    await hide(hub, null);
    await until("clients to hear of it again", () => changes() === 2);
    expect((await names(client)).join()).toContain("secret");
    await hub.rest("PATCH", "/servers/secret", { tags: ["open"] });
    expect(await names(new ModernClient(hub.url, { path: "/mcp?tags=open&hub=off" }))).toEqual([
      "secret__echo",
    ]);
  });

  test("is in a configuration that names it, which asks for it, and in no other", async () => {
    const { hub } = await withServers();
    await hide(hub, true);
    const config = async (query: string) =>
      JSON.stringify(await hub.rest("GET", `/config/vscode?format=json${query}`));
    expect(await config("&servers=shown,secret")).toContain("hidden=true");
    expect(await config("&servers=secret&via=direct")).toContain("secret");
    expect(await config("&via=direct")).not.toContain("secret");
    expect(await config("")).not.toContain("hidden=true");
  });
});

describe("one server under two names", () => {
  test("is in lists with a word about it, which ends when one name goes", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["echo"] });
    const other = await ModernUpstream.start({ tools: ["echo"] });
    await hub.register("first", upstream);
    await hub.register("other", other);
    const clients = async () => [new ModernClient(hub.url), await LegacyClient.open(hub.url)];
    const said = async (client: Client) => (await list(client))._meta?.["mcp-hub/same-endpoint"];
    for (const client of await clients()) expect(await said(client)).toBeUndefined();
    const endpoint = upstream.endpoint.replace("127.0.0.1", "localhost");
    await hub.announce("second", endpoint);
    await hub.whenUp("second");
    for (const client of await clients()) {
      expect(await said(client)).toEqual([
        { endpoint: upstream.endpoint, servers: ["first", "second"] },
      ]);
      const servers = textOf((await client.call("hub__list_servers").done).response);
      expect(JSON.parse(servers).sameEndpoint).toMatchObject([{ servers: ["first", "second"] }]);
    }
    await hub.rest("PATCH", "/servers/second", { hidden: true });
    for (const client of await clients()) expect(await said(client)).toBeUndefined();
    await hub.rest("PATCH", "/servers/second", { hidden: null });
    await hub.rest("DELETE", "/servers/first?force=true");
    for (const client of await clients()) {
      expect(await said(client)).toBeUndefined();
      expect((await names(client)).join()).toContain("second__echo");
    }
  });
});
