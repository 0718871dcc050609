// npm run test:python [-- test_hub ...]: runs the tests of clients/python on the Python of this machine, against
// real hubs. They need nothing but Python itself.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildAllToRun, install, root } from "./prepare.mjs";
import { python } from "./python.mjs";

const command = python();
install();
buildAllToRun();
const folder = join(root, "clients", "python", "test");
const names = process.argv.slice(2);
const wanted = names.length === 0 ? ["discover", "-v"] : ["-v", ...names];
const { status } = spawnSync(command, ["-m", "unittest", ...wanted], {
  cwd: folder,
  stdio: "inherit",
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
});
process.exitCode = status ?? 1;
