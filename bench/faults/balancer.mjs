// nginx in front of several hubs, as the guide for several hubs has it, without TLS: each request goes to the next
// hub, and to another one only where no connection could be opened.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findNginx } from "../gateway/nginx.mjs";
import { freePort, keep, stop } from "../gateway/processes.mjs";
import { atEnd, newFolder, until } from "./stage.mjs";

function configuration({ port, ports, place }) {
  const servers = ports.map((one) => `server 127.0.0.1:${one} max_fails=1 fail_timeout=2s;`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${place}/${name};`,
  );
  return `${process.getuid() === 0 ? "user root;" : ""}
worker_processes 1;
daemon off;
pid ${place}/nginx.pid;
error_log stderr emerg;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  upstream hubs {
    ${servers.join("\n    ")}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://hubs;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`;
}

/** Resolves with the URL at which it is reached. */
export async function startBalancer(hubs) {
  const binary = findNginx();
  if (binary === undefined) throw new Error("nginx is missing");
  const place = newFolder();
  mkdirSync(place, { recursive: true });
  const port = await freePort();
  const file = join(place, "nginx.conf");
  writeFileSync(file, configuration({ port, ports: hubs.map((hub) => hub.port), place }));
  const args = ["-p", place, "-e", "stderr", "-c", file];
  // A master that is killed leaves its worker behind; one that is asked ends it.
  const child = keep(spawn(binary, args, { stdio: ["ignore", "inherit", "inherit"] }), "SIGTERM");
  atEnd(() => stop(child));
  const url = `http://127.0.0.1:${port}`;
  await until("nginx to answer", () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return url;
}
