// Packs every published package and looks at it as a consumer would: publint, attw, an empty project that
// installs the tarballs, imports each entry point and runs the hub with its page, and ones that have the
// register helper or the client alone.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAlone } from "./check-alone.mjs";
import { checkClient } from "./check-client.mjs";
import { checkScaffold } from "./check-scaffold.mjs";
import { packInto, published } from "./pack-into.mjs";
import { buildWithTypes, install, root } from "./prepare.mjs";
import { tool } from "./tool.mjs";

install();
const packages = published();
buildWithTypes(...packages.map(({ folder }) => folder));
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-pack-"));
const failures = [];
const packed = packInto(folder, packages);
for (const { name, manifest, tarball } of packed) {
  if (tool("publint", ["run", tarball, "--strict"]) !== 0) failures.push(`${name}: publint`);
  // A program alone has no types.
  if (manifest.exports === undefined) continue;
  if (tool("attw", [tarball, "--profile", "esm-only"]) !== 0) failures.push(`${name}: attw`);
}

const consumer = join(folder, "consumer");
mkdirSync(consumer);
const dependencies = Object.fromEntries(
  packed.map(({ name, tarball }) => [name, `file:${tarball}`]),
);
writeFileSync(
  join(consumer, "package.json"),
  JSON.stringify(
    { name: "consumer", private: true, type: "module", dependencies, overrides: dependencies },
    null,
    2,
  ),
);
execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
  cwd: consumer,
  stdio: "inherit",
});
for (const { manifest } of packed) {
  for (const entry of Object.keys(manifest.exports ?? {})) {
    if (entry === "./package.json" || entry === "./testing") continue;
    const specifier = entry === "." ? manifest.name : `${manifest.name}${entry.slice(1)}`;
    try {
      const names = execFileSync(
        process.execPath,
        [
          "-e",
          `import(${JSON.stringify(specifier)}).then((module) => console.log(Object.keys(module).length))`,
        ],
        { cwd: consumer, encoding: "utf8" },
      );
      console.log(
        `${specifier}: ${names.trim()} exports, imported from its tarball in an empty project`,
      );
    } catch (error) {
      failures.push(
        `${specifier}: cannot be imported from its tarball (${error.message.split("\n")[0]})`,
      );
    }
  }
}

// The programs, from their tarballs: a hub with its page, and servers that register themselves there.
const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const url = `http://127.0.0.1:${port}`;
const environment = { MCP_HUB_PORT: String(port), LOG_LEVEL: "warn" };
const options = { cwd: consumer, stdio: "inherit", env: { ...process.env, ...environment } };

async function isUp(name) {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const list = await fetch(`${url}/servers?status=up`).then(
      (response) => response.json(),
      () => undefined,
    );
    if (list?.servers?.some((server) => server.name === name)) return true;
    if (Date.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const hub = spawn(process.execPath, ["node_modules/.bin/mcp-hub"], options);
try {
  const tarballOf = (wanted) => packed.find(({ name }) => name === wanted).tarball;
  const hubHere = { MCP_HUB_URL: url };
  const alone = join(folder, "alone");
  failures.push(...(await checkAlone(alone, tarballOf("@hub/register"), hubHere, isUp)));
  failures.push(...checkClient(join(folder, "client"), tarballOf("@hub/client"), hubHere));
  failures.push(...(await checkScaffold(consumer, tarballOf("@hub/register"), hubHere, isUp)));
  const page = await fetch(url, { headers: { accept: "text/html" } });
  const html = await page.text();
  if (page.ok && /<script[^>]+src="\/ui\//.test(html))
    console.log("mcp-hub serves its page, from its tarballs");
  else failures.push(`mcp-hub serves no page: HTTP ${page.status}, ${html.slice(0, 80)}`);
  const client = await (await fetch(`${url}/clients/python`)).text();
  if (client === readFileSync(join(root, "clients/python/mcp_hub.py"), "utf8"))
    console.log("mcp-hub gives out the client for Python, from its tarballs");
  else failures.push(`mcp-hub gives out no client for Python: ${client.slice(0, 80)}`);
} catch (error) {
  failures.push(error.message);
} finally {
  hub.kill("SIGKILL");
}

rmSync(folder, { recursive: true, force: true });
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
