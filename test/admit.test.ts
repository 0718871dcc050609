import { closeAll, TestHub } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";

afterEach(closeAll);

test("admit lists what waits, lets it in, and refuses it", async () => {
  const hub = await TestHub.start({ config: { admission: "ask" } });
  const run = (...words: string[]) =>
    runInProcess(words, { environment: { MCP_HUB_URL: hub.url } });
  const none = await run("admit");
  expect([none.code, none.err]).toEqual([0, "No server waits, and none was refused.\n"]);

  await hub.announce("Weather", "http://127.0.0.1:9/mcp");
  await hub.announce("Tides", "http://127.0.0.1:19/mcp");
  const listed = await run("admit");
  expect(listed.out).toMatch(/^weather +new .* http:\/\/127\.0\.0\.1:9\/mcp/m);
  const completed = await run("complete", "--", "admit", "we");
  expect(completed.out).toContain("weather\t");
  expect((await run("list")).out).not.toContain("weather");
  expect((await run("admit", "Weather")).out).toBe("Let in weather.\n");
  expect((await run("list")).out).toContain("weather");

  const refused = await run("admit", "tides", "--refuse", "--reason", "use weather", "--json");
  expect(JSON.parse(refused.out).admission).toMatchObject({
    state: "refused",
    reason: "use weather",
  });
  expect((await run("admit")).out).toMatch(/^tides +refused/m);
  const again = await hub.announce("Tides", "http://127.0.0.1:19/mcp").catch((error) => error);
  expect(String(again)).toContain("ADMISSION_REFUSED");
  expect((await run("admit", "nobody")).code).toBe(3);
  expect((await run("admit", "--refuse")).code).toBe(2);
  expect((await run("admit", "tides", "--reason", "x")).code).toBe(2);
  expect((await run("admit", "tides")).out).toBe("Let in tides.\n");
});
