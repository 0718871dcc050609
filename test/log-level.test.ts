import { HubProcess } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { runCommand } from "./support/run-command.js";

let hub: HubProcess | undefined;

afterEach(async () => hub?.stop());

test("a hub's log has more and less while it runs; a restart ends that, and the audit has who it was", async () => {
  hub = await HubProcess.start({ LOG_LEVEL: "warn" });
  const { url, program } = hub;
  const run = (...words: string[]) => runCommand([...words, "--hub", url]);
  const register = (name: string) =>
    hub?.register({ name, transport: "http", endpoint: `http://localhost:9/${name}` });
  expect(await run("log-level")).toMatchObject({ code: 0, out: "warn\n" });
  await register("quiet");
  expect(program.output).not.toContain("registered");
  expect((await run("log-level", "info")).out).toContain("level info now");
  await register("loud");
  await program.saw("registered");
  expect(program.output).toContain("log-level-changed");
  expect(await run("log-level")).toMatchObject({ out: "info\n" });
  expect(await run("log-level", "everything")).toMatchObject({ code: 2, out: "" });
  const wrong = await fetch(`${url}/settings/log-level`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: '{"level":"loud"}',
  });
  expect(wrong.status).toBe(400);
  await hub.program.kill("SIGTERM");
  await hub.restart();
  expect(await run("log-level")).toMatchObject({ out: "warn\n" });
  const answer = await fetch(`${url}/audit?action=log-level`);
  const { lines } = (await answer.json()) as { lines: unknown };
  expect(lines).toMatchObject([{ before: { level: "warn" }, after: { level: "info" } }]);
});
