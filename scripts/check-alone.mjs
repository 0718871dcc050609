// Installs the tarball of @hub/register, and nothing else, in an empty folder, as somebody would who has a
// server and no registry with our packages: what comes with it, its types, and its two ways to register.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./prepare.mjs";

const mostBesideBytes = 3 * 1024 * 1024;

/** A stdio server that stands on nothing. */
const stdioServer = `
import { createInterface } from "node:readline";
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "Alone", version: "1" } }),
  "tools/list": () => ({ tools: [{ name: "hello", inputSchema: { type: "object" } }] }),
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: answers[method]?.(params) ?? {} }));
});
`;

/** Every type that is exported, used where neither the types of Node nor those of another package are. */
const typed = `
import { register, type MountTarget, type Registered, type RegisterOptions, type Target } from "@hub/register";
const target: Target = "http://127.0.0.1:8002/mcp";
const mount: MountTarget = "manual";
const options: RegisterOptions = { name: "Typed", tags: ["a"], icons: [{ src: "http://a/b.png" }], mount };
export const registered: Registered = register(target, options);
import { registerUrl, type MembershipOptions, type RegisteredUrl } from "@hub/register/lease";
const profile: MembershipOptions = { name: "Light", tags: ["a"] };
export const light: RegisteredUrl = registerUrl(target, profile);
`;

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: "ES2023",
  module: "NodeNext",
  types: [],
};

function bytesUnder(path) {
  const { size } = statSync(path);
  if (!statSync(path).isDirectory()) return size;
  return readdirSync(path).reduce((sum, name) => sum + bytesUnder(join(path, name)), 0);
}

/**
 * Returns what is wrong, as sentences, after `isUp(name)` was asked whether each of the servers that are
 * registered here has come up in a hub.
 */
export async function checkAlone(folder, tarball, environment, isUp) {
  mkdirSync(folder);
  const inFolder = { cwd: folder, encoding: "utf8" };
  execFileSync("npm", ["init", "--yes"], inFolder);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", tarball, ...quiet], inFolder);
  const failures = [];

  const modules = join(folder, "node_modules");
  const ours = readdirSync(join(modules, "@hub"));
  if (ours.length !== 1) failures.push(`@hub/register brings others of ours along: ${ours}`);
  const beside = bytesUnder(modules) - bytesUnder(join(modules, "@hub/register"));
  const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(2)} MB`;
  const own = `its own package ${megabytes(bytesUnder(join(modules, "@hub/register")))}`;
  console.log(`@hub/register alone in an empty folder: ${own}, beside it ${megabytes(beside)}`);
  if (beside > mostBesideBytes)
    failures.push(
      `@hub/register needs ${megabytes(beside)} beside it; ${megabytes(mostBesideBytes)} is the most`,
    );

  writeFileSync(join(folder, "typed.mts"), typed);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, files: ["typed.mts"] }),
  );
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], inFolder);
    console.log("@hub/register: its types need no other package, not even those of Node");
  } catch (error) {
    failures.push(`the types of @hub/register do not stand alone:\n${error.stdout}`);
  }

  writeFileSync(join(folder, "stdio.mjs"), stdioServer);
  const program = `import { register } from "@hub/register";
const alone = register(() => ({ async connect(transport) {
  transport.onmessage = ({ id, method, params }) => id !== undefined && transport.send({ jsonrpc: "2.0", id, result:
    method === "initialize" ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: "Imported", version: "1" } } : {} });
  await transport.start();
} }));
`;
  writeFileSync(join(folder, "program.mjs"), program);
  const light = `import { createServer } from "node:http";
import { registerUrl } from "@hub/register/lease";
const server = createServer(async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  const { id, method, params } = JSON.parse(text || "{}");
  const result = method === "initialize" ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: "Light", version: "1" } } : {};
  const error = method === "server/discover" ? { error: { code: -32601, message: "Method not found" } } : { result };
  if (id === undefined) return response.writeHead(request.method === "POST" ? 202 : 405).end();
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, ...error }));
}).listen(0, "127.0.0.1", () => registerUrl("http://127.0.0.1:" + server.address().port + "/mcp"));
`;
  writeFileSync(join(folder, "light.mjs"), light);
  const options = { cwd: folder, stdio: "inherit", env: { ...process.env, ...environment } };
  const started = [
    spawn("node_modules/.bin/hub-register", ["--", process.execPath, "stdio.mjs"], options),
    spawn(process.execPath, ["program.mjs"], options),
    spawn(process.execPath, ["light.mjs"], options),
  ];
  try {
    for (const name of ["Alone", "Imported", "Light"])
      if (!(await isUp(name)))
        failures.push(`"${name}", registered from the tarball alone, did not come up`);
    if (failures.length === 0)
      console.log(
        "hub-register, register() and registerUrl() register with a hub, from that tarball alone",
      );
  } finally {
    for (const one of started) one.kill("SIGTERM");
  }
  return failures;
}
