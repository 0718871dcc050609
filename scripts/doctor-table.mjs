// npm run doctor:table: builds, then plants every fault of test/doctor, asks the doctor in all ways, applies the fix,
// and prints the table. Words choose faults by their names: npm run doctor:table -- redirect.
import { build, install } from "./prepare.mjs";

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
  const { main } = await vite.ssrLoadModule("/test/doctor/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await vite.close();
}
process.exit();
