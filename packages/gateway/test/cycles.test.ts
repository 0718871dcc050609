import { closeAll, ModernClient, ModernUpstream, TestHub, textOf } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

describe("cycles", () => {
  test("a hub registered in itself is refused", async () => {
    const hub = await TestHub.start();
    await expect(hub.announce("self", `${hub.url}/mcp`)).rejects.toThrow(/hub/i);
    const client = new ModernClient(hub.url);
    const { result } = await client.ask("tools/list");
    expect(JSON.stringify(result?.tools)).not.toContain("self__");
  });

  test("two hubs registered in each other do not grow each other's lists, and their servers can be called through both", async () => {
    const [one, two] = [await TestHub.start(), await TestHub.start()];
    const upstream = await ModernUpstream.start();
    await one.register("weather", upstream);
    await two.announce("one", `${one.url}/mcp`);
    await two.whenUp("one");
    await one.announce("two", `${two.url}/mcp`);
    await one.whenUp("two");
    const names = async (hub: TestHub) => {
      const { result } = await new ModernClient(hub.url).ask("tools/list");
      const tools = result?.tools as readonly { name: string }[]; // by the revision
      return tools.map(({ name }) => name).filter((name) => !name.startsWith("hub__"));
    };
    for (let round = 0; round < 3; round += 1) {
      await two.rest("POST", "/servers/one/probe");
      await one.rest("POST", "/servers/two/probe");
    }
    expect(await names(one)).toEqual(["weather__echo"]);
    expect(await names(two)).toEqual(["one__weather__echo"]);
    const { response } = await new ModernClient(two.url).call("one__weather__echo", { a: 1 }).done;
    expect(textOf(response)).toBe('{"a":1}');
  });
});
