// npm run cells: builds, then tries every client with every server and prints the table. `--write` puts it into
// docs/reference/interop.md; `--client`, `--server`, `--feature` and `--path` choose a part; `--hubs 2` goes through
// two hubs on one PostgreSQL behind one nginx. See test/cells/.
import { hasPostgres } from "./apt.mjs";
import { build, install } from "./prepare.mjs";

if (process.argv.includes("--hubs")) hasPostgres();
install();
build();
const { createViteServer } = await import("vitest/node");
const vite = await createViteServer({
  configFile: "vitest.config.ts",
  logLevel: "error",
  server: { middlewareMode: true, ws: false },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { main } = await vite.ssrLoadModule("/test/cells/main.ts");
  process.exitCode = await main(process.argv.slice(2), async (count) => {
    const { openHubs } = await import("../bench/behind-nginx.mjs");
    return openHubs(count);
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await vite.close();
}
process.exit();
