import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  tool,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { version } from "../../server/src/version.js";

afterEach(closeAll);

/** Every name in the list of tools, page by page. */
async function namesOf(client: ModernClient | LegacyClient): Promise<string[]> {
  const names: string[] = [];
  let cursor: unknown;
  do {
    const { result } = await client.ask("tools/list", cursor === undefined ? {} : { cursor });
    const tools = result?.tools as readonly { name: string }[]; // by the revision
    names.push(...tools.map(({ name }) => name).filter((name) => !name.startsWith("hub__")));
    cursor = result?.nextCursor;
  } while (cursor !== undefined);
  return names;
}

test("a hub behind a hub with 2,000 tools is whole, for clients of both revisions", async () => {
  const [behind, front] = [await TestHub.start(), await TestHub.start()];
  for (const [index, kind] of [
    ModernUpstream,
    LegacyUpstream,
    ModernUpstream,
    LegacyUpstream,
  ].entries()) {
    const tools = Array.from({ length: 500 }, (_, at) =>
      tool(`tool_${at}`, { description: `Does the ${at}th thing of server ${index}. `.repeat(8) }),
    );
    const upstream = await new kind({ tools }).start();
    upstream.on("tool_499", () => ({ content: [{ type: "text", text: `from ${index}` }] }));
    await behind.register(`server-${index}`, upstream);
  }
  await front.announce("behind", `${behind.url}/mcp`);
  await front.whenUp("behind");
  expect(front.entry("behind")?.snapshot?.tools).toHaveLength(2_000);
  const modern = new ModernClient(front.url);
  for (const client of [modern, await LegacyClient.open(front.url)]) {
    const names = await namesOf(client);
    expect(names).toHaveLength(2_000);
    expect(new Set(names).size).toBe(names.length);
  }
  for (const index of [0, 1, 2, 3]) {
    const { response } = await modern.call(`behind__server-${index}__tool_499`).done;
    expect(textOf(response)).toBe(`from ${index}`);
  }
  const { instances } = (await front.rest("GET", "/servers/behind")) as {
    readonly instances: readonly { readonly warnings: readonly string[] }[];
  }; // as its description says
  expect(instances[0]?.warnings).toEqual([]);
});

test("the hub says its real version, to its clients and to servers", async () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(version).not.toBe("0.0.0");
  const hub = await TestHub.start();
  const upstream = await new LegacyUpstream({}).start();
  await hub.register("weather", upstream);
  expect(await hub.rest("GET", "/version")).toMatchObject({ version });
  const opened = await LegacyClient.tryOpen(hub.url).done;
  expect(opened.response.result?.serverInfo).toMatchObject({ version });
  const newest = new ModernClient(hub.url, { path: "/mcp?revision=2026-07-28" });
  const { result } = await newest.ask("server/discover");
  expect(JSON.stringify(result?._meta)).toContain(`"version":"${version}"`);
  await new ModernClient(hub.url).call("weather__echo").done;
  const said = upstream.bodies.filter((body) => body.includes('"name":"mcp-hub"'));
  expect(said.length).toBeGreaterThan(0);
  for (const body of said) expect(body).toContain(`"name":"mcp-hub","version":"${version}"`);
});
