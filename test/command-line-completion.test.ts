import { closedPort, closeServers, serve } from "@hub/testing";
import { afterAll, expect, test } from "vitest";
import { runCommand } from "./support/run-command.js";

afterAll(closeServers);

test("a hub that is away or silent costs who types a moment, and says nothing", async () => {
  const silent = await serve(() => undefined);
  const port = await closedPort();
  for (const url of [silent.origin, `http://127.0.0.1:${port}`, "nonsense://"]) {
    const ran = await runCommand(["complete", "--", "get", ""], { env: { MCP_HUB_URL: url } });
    expect(ran).toEqual({ code: 0, out: "words\n", err: "" });
  }
});
