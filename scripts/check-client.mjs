// Installs the tarball of @hub/client, and nothing else, in an empty folder, as somebody would whose program
// asks a hub: what comes with it, its types in both ways to find modules, and plain JavaScript that uses it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./prepare.mjs";

/** A use of each kind of method, with the types that a program would name. */
const typed = `
import { HubClient, HubClientError, type Choice, type ServerSummary, type WatchedEvent } from "@hub/client";
const hub = new HubClient({ url: "http://127.0.0.1:8001" });
export async function use(signal: AbortSignal): Promise<string[]> {
  const servers: readonly ServerSummary[] = await hub.everyServer({ status: ["up", "degraded"], tag: "a" }, signal);
  // @ts-expect-error No server sneezes.
  await hub.servers({ status: "sneezed" });
  const choice: Choice = await hub.choose({ need: "a weather forecast" });
  const { etag } = await hub.createToolset({ name: "Desk", servers: servers.map(({ id }) => id) });
  await hub.replaceToolset("desk", { name: "Desk", mode: "search" }, etag);
  const config = await hub.toLangChain({ tag: "prod" });
  const transports: ("http" | "sse")[] = Object.values(config.mcpServers).map(({ transport }) => transport);
  const { url }: { url: URL } = Object.values((await hub.toMastra()).servers)[0] ?? { url: new URL(hub.url) };
  const told: string[] = [url.href, ...transports];
  for await (const event of hub.watch({ signal })) {
    const seen: WatchedEvent = event;
    if (seen.kind === "status-changed") told.push(seen.to, seen.instance.endpoint);
    if (seen.kind === "reset") told.push(String(seen.seq));
  }
  return [...told, choice.reason];
}
export const codeOf = (error: unknown): string | undefined => (HubClientError.is(error) ? error.code : undefined);
`;

/** Names a server's tool in one line of the terminal. */
const plain = `
import { HubClient } from "@hub/client";
const hub = new HubClient();
const { servers } = await hub.servers();
console.log(hub.gatewayUrl({ tag: "x" }), servers.length, (await hub.version()).name);
const { connect } = await import("@hub/client/connect");
await connect().catch((error) => console.log(error.name, error.message));
`;

const connecting = `
import { connect } from "@hub/client/connect";
const { client, url, close } = await connect();
console.log(url, (await client.listTools()).tools.length);
await close();
`;

const modes = {
  nodenext: { module: "NodeNext", moduleResolution: "NodeNext" },
  bundler: { module: "ESNext", moduleResolution: "bundler" },
};

/** Whether a program in a folder finds the SDK. */
function isFoundFrom(folder) {
  try {
    createRequire(join(folder, "plain.js")).resolve("@modelcontextprotocol/client");
    return true;
  } catch {
    return false;
  }
}

/** Returns what is wrong, as sentences. `environment` names a hub that runs. */
export function checkClient(folder, tarball, environment) {
  mkdirSync(folder);
  const inFolder = { cwd: folder, encoding: "utf8", env: { ...process.env, ...environment } };
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["init", "--yes"], inFolder);
  execFileSync("npm", ["pkg", "set", "type=module"], inFolder);
  execFileSync("npm", ["install", tarball, ...quiet], inFolder);
  const failures = [];

  const beside = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  const ours = readdirSync(join(folder, "node_modules/@hub"));
  if (beside.length !== 1 || ours.length !== 1)
    failures.push(`@hub/client brings others along: ${[...beside, ...ours].join(", ")}`);
  const main = readFileSync(join(folder, "node_modules/@hub/client/dist/index.js"), "utf8");
  const strange = [...main.matchAll(/^import .*? from "([^"]+)"/gm)]
    .map(([, from]) => from)
    .filter((from) => !from.startsWith("./"));
  if (strange.length > 0) failures.push(`the main entry of @hub/client imports ${strange}`);

  writeFileSync(join(folder, "typed.ts"), typed);
  for (const [name, mode] of Object.entries(modes)) {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ skipLibCheck: false, noEmit: true, target: "ES2023", types: [] },
      lib: ["ES2023", "DOM", "DOM.AsyncIterable"],
      ...mode,
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["typed.ts"] }),
    );
    try {
      execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], inFolder);
      console.log(
        `@hub/client: strict TypeScript finds its types with ${name}, and needs no other package`,
      );
    } catch (error) {
      failures.push(`the types of @hub/client with ${name}:\n${error.stdout}`);
    }
  }

  const run = (name, code) => {
    writeFileSync(join(folder, name), code);
    return execFileSync(process.execPath, [name], inFolder);
  };
  const said = run("plain.js", plain);
  // A folder above may have it.
  const missing =
    "TypeError @modelcontextprotocol/client is not installed; to connect, run: npm install";
  const isRight = /^http\S+\/mcp\?tags=x \d+ mcp-hub\n/.test(said);
  if (isRight && (said.includes(missing) || isFoundFrom(folder)))
    console.log("@hub/client: plain JavaScript asks a hub with it alone");
  else failures.push(`@hub/client in plain JavaScript said: ${said}`);

  const { devDependencies } = JSON.parse(
    readFileSync(join(root, "packages/client/package.json"), "utf8"),
  );
  const sdk = "@modelcontextprotocol/client";
  execFileSync("npm", ["install", `${sdk}@${devDependencies[sdk]}`, ...quiet], inFolder);
  const connected = run("connecting.js", connecting);
  if (/^http\S+\/mcp \d+\n$/.test(connected))
    console.log("@hub/client/connect connects, with the SDK beside it");
  else failures.push(`@hub/client/connect said: ${connected}`);
  return failures;
}
