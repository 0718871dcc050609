// The client scenarios: the suite is the server, and our client reaches it directly or through the hub.
import { join } from "node:path";
import { here } from "./programs.mjs";
import { runSuite } from "./suite.mjs";

/** All that are not about authorization: those are between a client and its own server. */
const scenarios = {
  "2025-11-25": [
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "json-schema-2020-12-preservation",
  ],
  "2026-07-28": [
    "tools_call",
    "request-metadata",
    "sep-2322-client-request-state",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
  ],
};

// The suite hands the command to a shell and cuts it at spaces, so the paths go through the environment.
const command = process.platform === "win32" ? "%HUB_CLIENT%" : 'eval "$HUB_CLIENT"';

/** Runs a revision, or one scenario of it. `path` is where the client goes: `direct`, or a path of the hubs. */
export async function runClientLeg({ path, hubs }, revision, scenario) {
  const results = new Map();
  for (const name of scenarios[revision]) {
    if (scenario !== undefined && scenario !== name) continue;
    const args = ["--command", command, "--scenario", name, "--spec-version", revision];
    const env = {
      HUB_CLIENT: `"${process.execPath}" "${join(here, "client/main.mjs")}"`,
      HUB_CLIENT_PATH: path,
      ...(hubs && { HUB_CLIENT_HUB: hubs.url, HUB_CLIENT_OWN: hubs.own.join(",") }),
    };
    for (const [same, checks] of await runSuite("client", args, env)) results.set(same, checks);
  }
  return results;
}
