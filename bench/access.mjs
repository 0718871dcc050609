// The access part of the benchmark: what it costs a call through /mcp that the hub asks who is calling. Four hubs in
// turns, with the same server behind them: an open one, and three with tokens or an issuer. The ratios are what
// counts: beside the open hub, CPU and time of a call may be 5 % more with a token, and 10 % with a JWT.
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fixed, printTable, Sheet } from "./gateway/figures.mjs";
import { startGenerator } from "./gateway/generator.mjs";
import { isReady, startHub } from "./gateway/hub.mjs";
import { callOf, modern } from "./gateway/mcp.mjs";
import { watchOtherWork } from "./gateway/other-work.mjs";
import { cleanUp, folder, sleep, startScript } from "./gateway/processes.mjs";

const rounds = Number(process.env.BENCH_ROUNDS ?? 8);
const seconds = Number(process.env.BENCH_SECONDS ?? 2);
/** As in the gateway's part: P1 is about CPU, and P4 about the time of one call. */
const workloads = { "P1, sixteen": 16, "P4, one": 1 };
const open = "open hub";
const bars = { "a token": 1.05, "a token for some tools": 1.05, "a JWT": 1.1 };

function newToken() {
  const id = randomBytes(6).toString("hex");
  return `mh_${id}_${randomBytes(40).toString("base64url").replace(/[-_]/g, "x").slice(0, 43)}`;
}

/** Of a file of tokens. */
function entry(token, name, grants) {
  const sha256 = createHash("sha256").update(token).digest("hex");
  return { id: token.split("_")[1], name, sha256, grants };
}

/** An issuer that has one key, and what it signs. */
async function startIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "bench", alg: "ES256", use: "sig" };
  const server = createServer((request, response) => {
    const metadata = { issuer, jwks_uri: `${issuer}/keys` };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.url === "/keys" ? { keys: [jwk] } : metadata));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const tokenFor = (claims) => {
    const now = Math.floor(Date.now() / 1_000);
    const head = encoded({ alg: "ES256", typ: "at+jwt", kid: "bench" });
    const body = encoded({ iss: issuer, sub: "bench", iat: now, exp: now + 3_600, ...claims });
    const signature = sign("sha256", Buffer.from(`${head}.${body}`), {
      key: privateKey,
      dsaEncoding: "ieee-p1363",
    });
    return `${head}.${body}.${signature.toString("base64url")}`;
  };
  return { issuer, tokenFor };
}

async function asAdmin(hub, method, path, admin, body) {
  const response = await fetch(`${hub.url}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(admin === undefined ? {} : { authorization: `Bearer ${admin}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

/** A hub with the server behind it, and the caller whose calls are measured. */
async function startContender(name, upstream, settings, { admin, bearer }) {
  const hub = await startHub(join(folder, name.replaceAll(" ", "-")), settings);
  await isReady(hub);
  await asAdmin(hub, "POST", "/register", admin, {
    name: "bench-modern",
    transport: "http",
    endpoint: `${upstream.url}/modern/0/0/mcp`,
    lease: { ttlMs: 3_600_000 },
  });
  for (;;) {
    const { status, capabilities } = await asAdmin(hub, "GET", "/servers/bench-modern", admin);
    if (status === "up" && capabilities !== null) break;
    await sleep(20);
  }
  const headers = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
  return {
    name,
    pid: hub.pid,
    job: (callers) => ({
      kind: "call",
      target: { port: hub.port, path: "/mcp", era: modern },
      callers,
      request: callOf("bench-modern__echo", { headers }),
      leastBytes: 40,
    }),
  };
}

async function startContenders() {
  const upstream = await startScript("upstream.mjs");
  const [admin, caller, narrow] = [newToken(), newToken(), newToken()];
  const file = join(folder, "tokens.json");
  writeFileSync(
    file,
    JSON.stringify([
      entry(admin, "admin", [{ action: "admin" }]),
      entry(caller, "caller", [{ action: "call" }]),
      entry(narrow, "narrow", [{ action: "call", servers: ["bench-*"], tools: ["echo"] }]),
    ]),
  );
  // More calls in a minute than one caller may make.
  const withTokens = { MCP_HUB_TOKENS_FILE: file, MCP_HUB_MAX_CALLER_REQUESTS: "100000000" };
  const { issuer, tokenFor } = await startIssuer();
  const audience = "https://hub.example/mcp";
  const withIssuer = {
    ...withTokens,
    MCP_HUB_OIDC_ISSUER: issuer,
    MCP_HUB_OIDC_AUDIENCE: audience,
  };
  const jwt = tokenFor({ aud: audience, scope: "hub:call hub:read" });
  return [
    await startContender(open, upstream, {}, {}),
    await startContender("a token", upstream, withTokens, { admin, bearer: caller }),
    await startContender("a token for some tools", upstream, withTokens, {
      admin,
      bearer: narrow,
    }),
    await startContender("a JWT", upstream, withIssuer, { admin, bearer: jwt }),
  ];
}

async function measure(generator, contenders, callers) {
  const sheet = new Sheet();
  for (let round = 0; round < rounds; round += 1)
    for (const { name, pid, job } of [
      ...contenders.slice(round % contenders.length),
      ...contenders.slice(0, round % contenders.length),
    ])
      sheet.add(name, await generator.measure({ job: job(callers), pid, seconds }));
  return sheet;
}

try {
  const otherWork = watchOtherWork();
  const generator = await startGenerator();
  const contenders = await startContenders();
  for (const { pid, job } of contenders) await generator.measure({ job: job(16), pid, seconds: 1 });
  for (const [title, callers] of Object.entries(workloads)) {
    const sheet = await measure(generator, contenders, callers);
    const rows = contenders.map(({ name }) => [
      name,
      fixed(sheet.of(name, "rate"), 0),
      fixed(sheet.of(name, "p50"), 3),
      fixed(sheet.of(name, "cpuPer1000"), 4),
      fixed(sheet.ratio(name, open, "cpuPer1000"), 3),
      fixed(sheet.ratio(name, open, "p50"), 3),
      name === open ? "" : `<= ${bars[name]}`,
    ]);
    const heads = ["", "calls/s", "p50 ms", "CPU s/1000", "CPU of open", "p50 of open", "bar"];
    printTable(
      `echo through /mcp, callers: ${title} (${rounds} rounds of ${seconds} s)`,
      heads,
      rows,
    );
  }
  console.log(`\n${otherWork()}`);
} finally {
  cleanUp();
}
process.exit();
