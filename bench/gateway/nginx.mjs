// nginx as a reverse proxy: one worker, connections kept alive on both sides, loopback only.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "./connection.mjs";
import { folder, freePort, keep, sleep } from "./processes.mjs";

const debianInstaller = "apt-get";
const places = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];
const installed = () => places.find((place) => spawnSync(place, ["-v"]).status === 0);

/** Finds nginx, or installs Debian's package where that is allowed. Undefined when there is none. */
export function findNginx() {
  const found = installed();
  if (found !== undefined) return found;
  const say = "install it (apt-get install nginx-light) to have the rows and bars that need it";
  if (process.getuid() !== 0) {
    console.log(`nginx is not installed and this is not root; ${say}.`);
    return undefined;
  }
  console.log("nginx is not installed; installing Debian's package ...");
  for (const name of ["nginx-light", "nginx"]) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync(debianInstaller, ["install", "-y", "-qq", "--no-install-recommends", name], { env });
    if (installed() !== undefined) return installed();
    spawnSync(debianInstaller, ["update", "-qq"]);
  }
  console.log(`nginx could not be installed with apt-get; ${say}.`);
  return undefined;
}

function configuration({ port, roomyPort, first, second, place }) {
  const location = (path, name) => `location ${path} { proxy_pass http://${name}; }`;
  const upstream = (name, to) =>
    `upstream ${name} { server 127.0.0.1:${to}; keepalive 128; keepalive_requests 100000000; }`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${place}/${name};`,
  );
  return `${process.getuid() === 0 ? "user root;" : ""}
worker_processes 1;
daemon off;
pid ${place}/nginx.pid;
error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
  client_body_buffer_size 128k;
  ${upstream("first", first)}
  ${upstream("second", second)}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_buffering off;
  server {
    listen 127.0.0.1:${port};
    ${location("/", "first")}
    ${location("/sdk/", "second/")}
  }
  server {
    listen 127.0.0.1:${roomyPort};
    proxy_buffer_size 128k;
    proxy_buffers 4 128k;
    ${location("/", "first")}
  }
}
`;
}

/**
 * Starts nginx in front of the two upstreams, with buffering off, as event streams need it. `port` has the buffers
 * nginx comes with, `roomyPort` such as hold a whole long answer. Undefined, with a line that says why, when it
 * cannot start.
 */
export async function startNginx(first, second) {
  const binary = findNginx();
  if (binary === undefined) return undefined;
  const place = join(folder, "nginx");
  mkdirSync(place, { recursive: true });
  const port = await freePort();
  const roomyPort = await freePort();
  const file = join(place, "nginx.conf");
  writeFileSync(file, configuration({ port, roomyPort, first, second, place }));
  const args = ["-p", place, "-e", "stderr", "-c", file];
  // A master that is killed leaves its worker behind; one that is asked ends it.
  const child = keep(spawn(binary, args, { stdio: ["ignore", "inherit", "inherit"] }), "SIGTERM");
  for (let tries = 0; tries < 500; tries += 1) {
    const answers = await ask(port, `GET / HTTP/1.1\r\nHost: x\r\n\r\n`).catch(() => undefined);
    if (answers !== undefined) return { child, pid: child.pid, port, roomyPort };
    if (child.exitCode !== null) break;
    await sleep(10);
  }
  console.log("nginx did not start; its rows are left out.");
  return undefined;
}
