import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeLater, Program, until } from "@hub/testing";

const guide = join(import.meta.dirname, "../../docs/guides/nginx/mcp-hub.conf");

export type NginxOptions = {
  readonly port: number;
  readonly hubPort: number;
  /** Holds `hub.crt` and `hub.key`. */
  readonly folder: string;
};

/** Replaces what a person has to change, and fails where the file has it no more. */
function changed(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`${guide} has no ${from}`);
    return before.replaceAll(from, to);
  }, text);
}

/** A real nginx with the file of the guide, on a port of loopback. */
export async function startNginx({ port, hubPort, folder }: NginxOptions): Promise<Program> {
  const own = mkdtempSync(join(folder, "nginx-"));
  const site = changed(readFileSync(guide, "utf8"), {
    "127.0.0.1:8001": `127.0.0.1:${hubPort}`,
    "listen 443 ": `listen 127.0.0.1:${port} `,
    "/etc/nginx/hub.example.crt": join(folder, "hub.crt"),
    "/etc/nginx/hub.example.key": join(folder, "hub.key"),
  });
  writeFileSync(join(own, "site.conf"), site);
  mkdirSync(join(own, "temp"));
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const main = [
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 2;",
    `pid ${own}/nginx.pid;`,
    "error_log stderr warn;",
    "events { worker_connections 512; }",
    "http {",
    `access_log ${own}/access.log;`,
    ...temps.map((one) => `${one}_temp_path ${own}/temp/${one};`),
    `include ${own}/site.conf;`,
    "}",
  ];
  writeFileSync(join(own, "nginx.conf"), main.join("\n"));
  const nginx = new Program("nginx", ["-p", own, "-e", "stderr", "-c", join(own, "nginx.conf")]);
  closeLater(async () => {
    if (nginx.child.exitCode === null) await nginx.kill("SIGTERM");
    rmSync(own, { recursive: true, force: true });
  });
  await until(`nginx to answer; it said:\n${nginx.output}`, () =>
    fetch(`https://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return nginx;
}
