import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, mergeConfig } from "vitest/config";
import { selfSigned } from "./packages/testing/src/certificate.js";
import everywhere from "./vitest.config.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-proxy-"));
const { cert, key } = selfSigned();
writeFileSync(join(folder, "hub.crt"), cert);
writeFileSync(join(folder, "hub.key"), key, { mode: 0o600 });
// The certificate is one that clients trust, which Node is told before it starts.
process.env.NODE_EXTRA_CA_CERTS = join(folder, "hub.crt");
process.env.HUB_PROXY_FOLDER = folder;
// Chromium is told of its key.
const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
process.env.HUB_PROXY_KEY = createHash("sha256").update(spki).digest("base64");

/** `npm run test:proxy`: what needs a proxy that a machine may lack. */
export default mergeConfig(
  { ...everywhere, test: { ...everywhere.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ["test/**/*.proxy.test.ts"], pool: "forks" } }),
);
