// Copies what the hub gives out beside its own answers: the client for Python, and the two files of Swagger
// UI that /docs serves, with their licence, so that the hub needs neither another host nor the package
// (which brings telemetry) at run time.
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const assets = join(dirname(fileURLToPath(import.meta.url)), "..", "assets");
const source = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const target = join(assets, "swagger-ui");
mkdirSync(target, { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE"]) {
  copyFileSync(join(source, name), join(target, name));
}

const clients = join(assets, "clients");
mkdirSync(clients, { recursive: true });
copyFileSync(
  join(assets, "..", "..", "..", "clients", "python", "mcp_hub.py"),
  join(clients, "mcp_hub.py"),
);
