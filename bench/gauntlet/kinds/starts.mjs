import { spawn } from "node:child_process";
import { join } from "node:path";
import { folder, freePort, here, keep } from "../../gateway/processes.mjs";

/** Settings with which a hub leaves the machine. */
const open = [
  { MCP_HUB_HOST: "0.0.0.0" },
  { MCP_HUB_HOST: "::" },
  { MCP_HUB_HOST: "[::]" },
  { MCP_HUB_HOST: "0" },
  { MCP_HUB_HOST: "::ffff:0.0.0.0" },
  { MCP_HUB_PUBLIC_URL: "https://hub.example" },
  { MCP_HUB_TRUSTED_PROXIES: "10.0.0.0/8" },
  { MCP_HUB_ALLOWED_HOSTS: "hub.example" },
];

/** Runs a hub until it ends, or until it listens. */
async function start(settings) {
  const dataDir = join(folder, `start-${Math.random().toString(36).slice(2)}`);
  const env = {
    ...process.env,
    MCP_HUB_PORT: String(await freePort()),
    MCP_HUB_DATA_DIR: dataDir,
    ...settings,
  };
  const child = keep(
    spawn(process.execPath, [here("../../apps/hub/dist/main.js")], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  const lines = [];
  let hears = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece) => {
      lines.push(piece);
      if (/listening|http:\/\/\S+:\d+/i.test(String(piece)) && child.exitCode === null)
        hears = true;
    });
  const code = await new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.once("exit", (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode);
    });
  });
  return { code, hears, said: Buffer.concat(lines).toString() };
}

export default {
  name: "starts",
  title: "a hub that others could reach, and that asks nobody who they are",
  cases: (house) => [
    ...(house.isShort ? [open[0], open[6]] : open).map((settings) => ({
      name: Object.entries(settings)
        .map((one) => one.join("="))
        .join(" "),
      async run(_, fault) {
        house.tried += 1;
        const { code, said } = await start(settings);
        if (code === 0 || code === null) fault(`it ended with ${code}: ${said.slice(0, 300)}`);
        if (!/token create/.test(said) || !/MCP_HUB_OIDC_ISSUER/.test(said))
          fault(`it does not say what mends that: ${said.slice(0, 600)}`);
      },
    })),
  ],
};
