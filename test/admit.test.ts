import { closeAll, knownTokens, TestHub } from "@hub/testing";
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

test("admit says to who is no admin that only admins see what waits", async () => {
  const access = knownTokens({
    admin: [{ action: "admin" }],
    local: [{ action: "admin", servers: ["tides"] }],
    agent: [{ action: "call", servers: ["weather"] }, { action: "register" }],
  });
  const hub = await TestHub.start({ access, token: "agent", config: { admission: "ask" } });
  await hub.announce("Weather", "http://127.0.0.1:9/mcp");
  const run = (MCP_HUB_TOKEN: string | undefined, ...words: string[]) =>
    runInProcess(["admit", ...words], {
      environment: {
        MCP_HUB_URL: hub.url,
        ...(MCP_HUB_TOKEN === undefined ? {} : { MCP_HUB_TOKEN }),
      },
    });
  for (const words of [[], ["weather"], ["weather", "--refuse"], ["nobody"]]) {
    const ran = await run("agent", ...words);
    expect([ran.code, ran.out]).toEqual([4, ""]);
    expect(ran.err).toContain(
      'Only admins see what waits, let it in and refuse it. You are "agent", and may call (weather), register.',
    );
  }
  const nobody = await run(undefined);
  expect([nobody.code, nobody.err]).toEqual([4, expect.stringContaining("Send a token")]);
  const local = await run("local");
  expect([local.code, local.err]).toEqual([
    0,
    "No server waits that you are an admin of, and none was refused.\n",
  ]);
  expect((await run("admin")).out).toMatch(/^weather +new /m);
  expect((await run("admin", "weather")).out).toBe("Let in weather.\n");
  expect((await run("admin")).err).toBe("No server waits, and none was refused.\n");
});
