// The command line of MCP Inspector: one process a request, in the era that is named.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { calls, report, textOf, url } from "./report.mjs";

const era = process.argv[4];
// It is pinned to its era, and an endpoint in front of servers with sessions offers 2026-07-28 to who asks for it.
const endpoint = era === "modern" ? `${url}?revision=2026-07-28` : url;
// The package exports no entry point; its program is where npm would find it.
const folder = join(dirname(fileURLToPath(import.meta.url)), "../node_modules");
const program = join(folder, "@modelcontextprotocol/inspector/clients/launcher/build/index.js");

function ask(method, options = []) {
  const connection = ["--cli", endpoint, "--transport", "http", "--protocol-era", era];
  const output = execFileSync(
    process.execPath,
    [program, ...connection, "--method", method, "--format", "json", "-q", ...options],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return JSON.parse(output).result;
}

const { tools } = ask("tools/list");
const results = calls.map((call) => {
  const pairs = Object.entries(call.arguments).map(([name, value]) => `${name}=${value}`);
  const given = pairs.length > 0 ? ["--tool-arg", ...pairs] : [];
  return textOf(ask("tools/call", ["--tool-name", call.name, ...given]));
});
report({ tools: tools.map(({ name }) => name), results });
