// npm run demo:servers: builds, then runs the demo servers until Ctrl-C. They register with the hub at
// MCP_HUB_URL, which `npm start` runs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildToRun, install, root } from "./prepare.mjs";

install();
buildToRun("apps/demo-servers");

const folder = join(root, "apps/demo-servers/dist");
const program = (name) => join(folder, `${name}.js`);
const commands = [
  [program("server-1")],
  [program("server-2")],
  [program("server-3")],
  [
    join(root, "packages/register/bin/hub-register.js"),
    "--name",
    "MCP Server 4",
    "--",
    process.execPath,
    program("server-4"),
  ],
  [program("flaky")],
];
const children = commands.map((command) => spawn(process.execPath, command, { stdio: "inherit" }));
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    for (const child of children) child.kill("SIGTERM");
  });
