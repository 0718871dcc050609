// Makes a new server from the tarballs of @hub/create-server and @hub/register, installs and tests it, and
// starts it beside a hub, as somebody does who begins with MCP.
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";

/** Returns what is wrong, as sentences. `consumer`: a project that has the scaffold installed; `isUp(name)` asks the hub. */
export async function checkScaffold(consumer, tarball, environment, isUp) {
  const program = join(consumer, "node_modules/.bin/create-server");
  execFileSync(program, ["my-weather", "--helper", tarball], { cwd: consumer });
  const inProject = {
    cwd: join(consumer, "my-weather"),
    encoding: "utf8",
    env: { ...process.env, ...environment },
  };
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  try {
    execFileSync("npm", ["install", ...quiet], inProject);
    execFileSync("npm", ["test"], inProject);
  } catch (error) {
    return [`a new server does not install or test:\n${error.stdout}\n${error.stderr}`];
  }
  const server = spawn("npm", ["start"], { ...inProject, stdio: "inherit", detached: true });
  try {
    if (!(await isUp("My weather"))) return ["a new server did not come up in the hub"];
    console.log("a new server from its template installs, passes its test and registers itself");
    return [];
  } finally {
    // npm starts a shell, and that the server.
    process.kill(-server.pid, "SIGTERM");
  }
}
