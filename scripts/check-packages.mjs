// Packs every published package and looks at it as a consumer would: publint, attw, and an empty
// project that installs the tarballs and imports each entry point.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "./pack-into.mjs";
import { pnpm } from "./pnpm.mjs";
import { build, install } from "./prepare.mjs";

install();
build();
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-pack-"));
const failures = [];
const packages = packInto(folder);
for (const { name, tarball } of packages) {
  if (pnpm(["exec", "publint", "run", tarball, "--strict"]) !== 0) {
    failures.push(`${name}: publint`);
  }
  if (pnpm(["exec", "attw", tarball, "--profile", "esm-only"]) !== 0) {
    failures.push(`${name}: attw`);
  }
}

const consumer = join(folder, "consumer");
execFileSync("mkdir", ["-p", consumer]);
const dependencies = Object.fromEntries(
  packages.map(({ name, tarball }) => [name, `file:${tarball}`]),
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
for (const { manifest } of packages) {
  for (const entry of Object.keys(manifest.exports)) {
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
// The two programs, from their tarballs alone: a hub, and a server that registers itself there.
const programs = [];
try {
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const options = {
    cwd: consumer,
    stdio: "inherit",
    env: { ...process.env, MCP_HUB_PORT: String(port), MCP_HUB_URL: url, LOG_LEVEL: "warn" },
  };
  writeFileSync(
    join(consumer, "server.mjs"),
    `import { McpServer } from "@modelcontextprotocol/server";
import { register } from "@hub/register";
register(() => new McpServer({ name: "Packed", version: "1.0.0" }));
`,
  );
  programs.push(spawn(process.execPath, ["node_modules/.bin/mcp-hub"], options));
  programs.push(spawn(process.execPath, ["server.mjs"], options));
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const list = await fetch(`${url}/servers?status=up`).then(
      (response) => response.json(),
      () => undefined,
    );
    if (list?.servers?.[0]?.name === "Packed") break;
    if (Date.now() > giveUpAt)
      throw new Error("a packed server did not come up in a packed hub within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log("mcp-hub and @hub/register work together from their tarballs");
} catch (error) {
  failures.push(error.message);
} finally {
  for (const program of programs) program.kill("SIGKILL");
}

rmSync(folder, { recursive: true, force: true });
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
