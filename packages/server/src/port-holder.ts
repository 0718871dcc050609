import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { z } from "zod";

const hubVersion = z.object({
  name: z.literal("mcp-hub"),
  version: z.string(),
  pid: z.number(),
  startedAt: z.string(),
});

/** True when nothing listens on the port yet. Errors other than a taken port are thrown. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function runningHub(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/version`, {
      signal: AbortSignal.timeout(1_000),
      redirect: "manual",
    });
    const { version, pid, startedAt } = hubVersion.parse(await response.json());
    return `an MCP Hub ${version} (process ${pid}, since ${startedAt}) that runs at ${url}`;
  } catch {
    return undefined;
  }
}

/** The inodes of sockets that listen on the port, from a Linux kernel table. */
function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[1]?.endsWith(wanted) === true && fields[3] === "0A" && fields[9] !== undefined
      ? [fields[9]]
      : [];
  });
}

async function linuxHolder(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  const links = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  if (links.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if (!links.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ""))) continue;
      const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""))
        .replaceAll("\0", " ")
        .trim();
      return `process ${pid} (${command.slice(0, 120)})`;
    }
  }
  return undefined;
}

async function lsofHolder(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      "lsof",
      ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"],
      { timeout: 2_000 },
    );
    const pid = /^p(\d+)/m.exec(stdout)?.[1];
    return pid === undefined
      ? undefined
      : `process ${pid} (${/^c(.+)/m.exec(stdout)?.[1] ?? "unknown"})`;
  } catch {
    return undefined;
  }
}

/** Who has the port, as far as this user may see. */
export async function portHolder(url: string, port: number): Promise<string> {
  const hub = await runningHub(url);
  if (hub !== undefined) return hub;
  const holder =
    process.platform === "linux"
      ? await linuxHolder(port).catch(() => undefined)
      : await lsofHolder(port);
  return holder ?? "another program";
}
