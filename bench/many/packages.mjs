// Installs the packages of the servers, in groups, into a folder that stays for the next time. No script of
// theirs runs at installation.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = join(tmpdir(), "mcp-hub-run-many");
const groupSize = 8;

/** The folder in which a command of a server may work. */
export const workFolder = join(folder, "work");

const quiet = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];

/** Installs what is not there yet. Returns the servers with the file to run; those without are told of. */
export function installServers(servers) {
  mkdirSync(workFolder, { recursive: true });
  if (!existsSync(join(workFolder, ".git")))
    spawnSync("git", ["init", "--quiet", workFolder], { stdio: "ignore" });
  const ready = [];
  for (let at = 0; at < servers.length; at += groupSize) {
    const group = servers.slice(at, at + groupSize);
    const into = join(folder, `group-${at / groupSize}`);
    const dependencies = Object.fromEntries(group.map(({ name, version }) => [name, version]));
    const manifest = JSON.stringify({ private: true, dependencies });
    const isThere =
      existsSync(join(into, "installed")) &&
      readFileSync(join(into, "installed"), "utf8") === manifest;
    if (!isThere) {
      console.log(`installing ${Object.keys(dependencies).join(", ")}`);
      mkdirSync(into, { recursive: true });
      writeFileSync(join(into, "package.json"), manifest);
      const args = ["install", ...quiet, "--prefer-offline", "--loglevel=error"];
      const { status, stderr } = spawnSync("npm", args, { cwd: into, encoding: "utf8" });
      if (status === 0) writeFileSync(join(into, "installed"), manifest);
      else console.log(stderr);
    }
    for (const server of group) {
      const program = programOf(join(into, "node_modules", server.name), server.bin);
      if (program === undefined) console.log(`${server.name}: no program is there`);
      else ready.push({ ...server, id: idOf(server.name), program });
    }
  }
  return ready;
}

function programOf(packageFolder, wanted) {
  const file = join(packageFolder, "package.json");
  if (!existsSync(file)) return undefined;
  const { bin } = JSON.parse(readFileSync(file, "utf8"));
  const programs = typeof bin === "string" ? { bin } : (bin ?? {});
  const path = programs[wanted] ?? Object.values(programs)[0];
  return path === undefined ? undefined : join(packageFolder, path);
}

function idOf(name) {
  return name
    .replace(/^@modelcontextprotocol\/server-/, "")
    .replace(/^@/, "")
    .replaceAll("/", "-");
}
