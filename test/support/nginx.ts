import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeLater, Program, until } from "@hub/testing";

const guides = join(import.meta.dirname, "../../docs/guides/nginx");

export type NginxOptions = {
  readonly port: number;
  /** One, as the guide for one hub has it, or two or three, as that for several. */
  readonly hubPorts: readonly number[];
  /** Holds `hub.crt` and `hub.key`. */
  readonly folder: string;
};

/** Replaces what a person has to change, and fails where the file has it no more. */
function changed(guide: string, changes: Readonly<Record<string, string>>): string {
  const text = readFileSync(guide, "utf8");
  return Object.entries(changes).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`${guide} has no ${from}`);
    return before.replaceAll(from, to);
  }, text);
}

/** Where the guide for several hubs has them. */
const hosts = ["10.0.0.5", "10.0.0.6", "10.0.0.7"];

/** The line of a hub, and what it becomes; it goes where there is no such hub. */
function serverOf(host: string, port: number | undefined): readonly [string, string] {
  const line = `  server ${host}:8001 max_fails=0;\n`;
  return [line, port === undefined ? "" : line.replace(`${host}:8001`, `127.0.0.1:${port}`)];
}

/** A real nginx with the file of the guide, on a port of loopback. */
export async function startNginx({ port, hubPorts, folder }: NginxOptions): Promise<Program> {
  const own = mkdtempSync(join(folder, "nginx-"));
  const [only] = hubPorts;
  const places =
    hubPorts.length === 1
      ? { "127.0.0.1:8001": `127.0.0.1:${only}` }
      : Object.fromEntries(hosts.map((host, at) => serverOf(host, hubPorts[at])));
  const site = changed(join(guides, hubPorts.length === 1 ? "mcp-hub.conf" : "several-hubs.conf"), {
    ...places,
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
  await until(
    () => `nginx to answer; it said:\n${nginx.output}`,
    () =>
      fetch(`https://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
  );
  return nginx;
}
