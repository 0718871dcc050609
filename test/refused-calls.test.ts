import { closeAll, HubProcess, ModernUpstream, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { runCommand } from "./support/run-command.js";

let hub: HubProcess | undefined;

afterEach(async () => {
  await hub?.stop();
  await closeAll();
});

/** A hub with tokens and a server that is up, and the command line as whoever has one of them. */
async function start() {
  hub = await HubProcess.start();
  const { url } = hub;
  const run = (token: string, ...words: string[]) =>
    runCommand(words, {
      env: { MCP_HUB_URL: url, ...(token === "" ? {} : { MCP_HUB_TOKEN: token }) },
    });
  const newToken = async (by: string, ...words: string[]) => {
    const { out, err } = await run(by, "token", "create", "--json", ...words);
    expect(err).not.toContain("error");
    return JSON.parse(out) as { readonly id: string; readonly token: string };
  };
  const admin = await newToken("", "operator", "--may", "admin");
  const upstream = await ModernUpstream.start({ name: "tides" });
  expect((await run(admin.token, "add", upstream.endpoint, "--name", "tides")).code).toBe(0);
  await until("the server to be up", async () =>
    /"status": *"up"/.test((await run(admin.token, "list", "--json")).out),
  );
  return { run, newToken: (...words: string[]) => newToken(admin.token, ...words) };
}

test("a token that may not call is told which right it lacks, by commands of MCP as by all others", async () => {
  const { run, newToken } = await start();
  const reader = await newToken("reader", "--may", "read");
  for (const words of [
    ["call", "tides", "echo"],
    ["read", "tides", "note://one"],
  ]) {
    const refused = await run(reader.token, ...words);
    expect(refused).toMatchObject({ code: 4, out: "" });
    expect(refused.err).toContain("the right to call (hub:call)");
    expect(refused.err).toContain("mcp-hub token create <name> --may call");
    expect(refused.err).not.toContain("could connect");
    const { error } = JSON.parse((await run(reader.token, ...words, "--json")).err);
    expect(error).toMatchObject({ code: "INSUFFICIENT_SCOPE", status: 403, exitCode: 4 });
  }
});

test("a server that a token may read and not call is not found, as the hub says", async () => {
  const { run, newToken } = await start();
  const elsewhere = await newToken("elsewhere", "--grant", "read", "--grant", "call servers=other");
  const refused = await run(elsewhere.token, "call", "tides", "echo");
  expect(refused).toMatchObject({ code: 3 });
  expect(refused.err).toContain('No server has the id "tides"');
});
