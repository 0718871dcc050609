// What the gauntlet is run through: a hub on loopback with tokens, one that believes itself on a network, servers
// that note what reaches them, and somebody elsewhere whom nobody may call.
import { createHash, randomInt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mcp, serve, text } from "../attack/hostile-server.mjs";
import { ask } from "../gateway/connection.mjs";
import { isReady, startHub } from "../gateway/hub.mjs";
import { legacy, messagesOf, modern, openSession, requestText } from "../gateway/mcp.mjs";
import { folder, sleep, stop } from "../gateway/processes.mjs";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const word = (length) => Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
const answerMs = 10_000;

/** What each token may do. `shop` and `old-shop` have tools for everybody and some for few; `vault` is for few. */
const roles = {
  admin: [{ action: "admin" }],
  reader: [{ action: "read", servers: ["shop", "old-shop"] }],
  caller: [{ action: "call", servers: ["shop", "old-shop"], tools: ["list_*"] }],
  other: [{ action: "call", servers: ["shop", "old-shop"] }],
  registrar: [{ action: "register", servers: ["payments-*"] }],
  expired: [{ action: "admin" }],
  revoked: [{ action: "admin" }],
};

/** Words that stand in what only few may see: none of them may be in an answer to anybody else. */
export const secrets = ["refund_all", "open_vault", "vault-plan", "vault://plan", "refund-words"];

export class House {
  /** Whole tokens by role. */
  tokens = {};
  /** What came to a server that nobody who was refused may reach, with the case that did it. */
  arrived = [];
  /** The case that runs now. */
  current = "";
  tried = 0;
  #closing = [];
  #lastId = 1_000;

  static async open({ isShort }) {
    const house = new House();
    house.isShort = isShort;
    house.file = join(folder, "tokens.json");
    house.#writeTokens(Object.keys(roles));
    house.elsewhere = await house.#listen((request, response) => {
      house.arrived.push(`${house.current}: ${request.method} ${request.url} came elsewhere`);
      response.end("{}");
    });
    await house.#startServers();
    house.local = await house.hub({ MCP_HUB_TOKENS_FILE: house.file });
    house.network = await house.hub({
      MCP_HUB_TOKENS_FILE: house.file,
      MCP_HUB_PUBLIC_URL: "https://hub.example",
      MCP_HUB_ALLOW_ENDPOINTS: "127.0.0.0/8",
      MCP_HUB_ADMISSION: "open",
    });
    house.strict = await house.hub({
      MCP_HUB_TOKENS_FILE: house.file,
      MCP_HUB_PUBLIC_URL: "https://hub.example",
    });
    house.hubs = [house.local, house.network];
    for (const hub of house.hubs) await house.#furnish(hub);
    house.#writeTokens(Object.keys(roles).filter((role) => role !== "revoked"));
    for (const hub of [...house.hubs, house.strict])
      await house.until("the revoked token is refused", async () => {
        const { status } = await house.rest(hub, "GET", "/servers", { as: "revoked" });
        return status === 401 || status === 429;
      });
    return house;
  }

  /** A hub of its own, ready, on an empty folder. */
  async hub(settings) {
    this.started = (this.started ?? 0) + 1;
    const dataDir = join(folder, `hub-${this.started}`);
    const log = join(folder, `hub-${this.started}.log`);
    mkdirSync(dataDir, { recursive: true });
    const hub = await startHub(dataDir, { LOG_LEVEL: "debug", ...settings }, "pipe");
    const lines = [];
    for (const stream of [hub.child.stdout, hub.child.stderr])
      stream.on("data", (piece) => lines.push(piece));
    hub.said = () => Buffer.concat(lines).toString();
    Object.assign(hub, { dataDir, log });
    this.onClose(() => stop(hub.child));
    await isReady(hub).catch((error) => {
      throw new Error(`${error.message}: ${hub.said()}`);
    });
    return hub;
  }

  onClose(close) {
    this.#closing.push(close);
  }

  async close() {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  async until(what, look, limitMs = 30_000) {
    const end = performance.now() + limitMs;
    while (!(await look())) {
      if (performance.now() > end) throw new Error(`Not within ${limitMs / 1_000} s: ${what}`);
      await sleep(20);
    }
  }

  /** Sends the bytes of one request; a connection that ends without an answer is status 0. */
  async send(hub, request) {
    this.tried += 1;
    try {
      const answer = await ask(hub.port, request, { limitMs: answerMs });
      return { ...answer, json: jsonOf(answer.body) };
    } catch (error) {
      return { status: 0, head: "", body: "", error: error.message };
    }
  }

  /**
   * Asks the REST API. `as` names a role, or is undefined for nobody; `headers` come as they are, as pairs where
   * one comes twice.
   */
  rest(hub, method, target, { as, body, headers = [], host } = {}) {
    const isRaw = typeof body === "string" || Buffer.isBuffer(body);
    const bytes = body === undefined || isRaw ? (body ?? "") : JSON.stringify(body);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${host ?? `127.0.0.1:${hub.port}`}`,
      ...(as === undefined ? [] : [`Authorization: Bearer ${this.tokens[as]}`]),
      ...(body === undefined || isRaw ? [] : ["Content-Type: application/json"]),
      `Content-Length: ${Buffer.byteLength(bytes)}`,
      ...pairs(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
    return this.send(hub, Buffer.concat([head, Buffer.from(bytes)]));
  }

  /** One MCP request of either revision; `message` is its reply. */
  async call(hub, path, era, method, params = {}, { as, session } = {}) {
    this.#lastId += 1;
    const headers = as === undefined ? {} : { Authorization: `Bearer ${this.tokens[as]}` };
    const request = { id: this.#lastId, method, params, session, headers };
    const answer = await this.send(hub, requestText({ port: hub.port, path, era }, request));
    return { ...answer, message: replyIn(answer.body, this.#lastId) };
  }

  /** Sends a body to an MCP endpoint as it is. */
  post(hub, path, body, headers, { as } = {}) {
    const own = { Accept: "application/json, text/event-stream", ...headers };
    return this.rest(hub, "POST", path, { as, body, headers: own });
  }

  /** The id of a new 2025 session. */
  session(hub, path, as) {
    const authorization = { Authorization: `Bearer ${this.tokens[as]}` };
    const send = (request) =>
      ask(hub.port, request.replace("\r\n\r\n", `\r\n${headerText(authorization)}\r\n`), {
        limitMs: answerMs,
      });
    return openSession({ port: hub.port, path, era: legacy }, send);
  }

  async register(hub, name, endpoint, { as = "admin", ...more } = {}) {
    const body = { name, transport: "http", endpoint, lease: { ttlMs: 3_600_000 }, ...more };
    return this.rest(hub, "POST", "/register", { as, body });
  }

  /** Starts a listener that ends with the house. */
  async serve(listener) {
    return this.#listen(listener);
  }

  /** Files and words of all hubs in which one of these texts stands. */
  leaks(texts) {
    const found = [];
    for (const hub of [...this.hubs, this.strict]) {
      if (texts.some((one) => hub.said().includes(one))) found.push("the log");
      for (const name of readdirSync(hub.dataDir)) {
        const path = join(hub.dataDir, name);
        if (!statSync(path).isFile()) continue;
        const bytes = readFileSync(path);
        if (texts.some((one) => bytes.includes(one))) found.push(name);
      }
    }
    return found;
  }

  /** What is kept of tokens is their hash, so that the file opens no hub. */
  #writeTokens(names) {
    const entries = names.map((role) => {
      this.tokens[role] ??= `mh_${role}${word(6)}_${word(43)}`;
      const [, id] = this.tokens[role].split("_");
      const sha256 = createHash("sha256").update(this.tokens[role]).digest("hex");
      const grants = roles[role];
      const expiresAt = role === "expired" ? "2026-01-01T00:00:00Z" : undefined;
      return { id, name: role, sha256, grants, expiresAt };
    });
    writeFileSync(this.file, JSON.stringify(entries));
  }

  async #listen(listener) {
    const server = await serve(listener);
    this.onClose(() => server.close());
    return server;
  }

  async #startServers() {
    const note = (what) => this.arrived.push(`${this.current}: ${what}`);
    const shop = (era) => this.#listen(mcp({ era, name: "shop", ...shopBehaviour(note) }));
    this.shop = await shop(modern);
    this.oldShop = await shop(legacy);
    this.vault = await this.#listen(mcp({ era: modern, name: "vault", ...vaultBehaviour(note) }));
  }

  async #furnish(hub) {
    const servers = { shop: this.shop, "old-shop": this.oldShop, vault: this.vault };
    for (const [name, { url }] of Object.entries(servers)) {
      const { status, body } = await this.register(hub, name, url);
      if (status >= 300) throw new Error(`${name} was not registered: ${status} ${body}`);
    }
    await this.until("all servers are up", async () => {
      const { json } = await this.rest(hub, "GET", "/servers?status=up", { as: "admin" });
      return json.servers.filter(({ capabilities }) => capabilities !== null).length === 3;
    });
    for (const [id, prefix] of [
      ["mixed", "always"],
      ["bare", "never"],
    ]) {
      const toolset = { id, name: id, servers: ["shop", "old-shop", "vault"], prefix };
      const made = await this.rest(hub, "POST", "/toolsets", { as: "admin", body: toolset });
      if (made.status >= 300) throw new Error(`No toolset: ${made.body}`);
    }
  }
}

const object = { type: "object" };

function shopBehaviour(note) {
  const prompts = [{ name: "refund-words" }];
  const resources = [{ uri: "shop://refund-words", name: "refund-words" }];
  return {
    capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
    on: {
      "tools/list": () => ({
        tools: [
          { name: "list_items", inputSchema: object },
          { name: "refund_all", description: "refund_all", inputSchema: object },
        ],
      }),
      "prompts/list": () => ({ prompts }),
      "resources/list": () => ({ resources }),
      "tools/call": ({ message }) => {
        // The probe asks for a tool that nobody has; what may be called is the list's.
        if (message.params?.name === "refund_all") note("refund_all was called");
        return text("done");
      },
    },
  };
}

function vaultBehaviour(note) {
  return {
    capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {} },
    on: {
      "tools/list": () => ({
        tools: [{ name: "open_vault", description: "open_vault", inputSchema: object }],
      }),
      "prompts/list": () => ({ prompts: [{ name: "vault-plan" }] }),
      "resources/list": () => ({ resources: [{ uri: "vault://plan", name: "vault-plan" }] }),
      "tools/call": ({ message }) => {
        if (message.params?.name === "open_vault") note("open_vault was called");
        return text("open");
      },
      "prompts/get": () => {
        note("vault-plan was read as a prompt");
        return { messages: [] };
      },
      "resources/read": () => {
        note("vault://plan was read");
        return { contents: [] };
      },
      "resources/subscribe": () => {
        note("vault://plan was subscribed");
        return {};
      },
      "completion/complete": () => {
        note("an argument of vault was completed");
        return { completion: { values: [] } };
      },
    },
  };
}

const pairs = (headers) => (Array.isArray(headers) ? headers : Object.entries(headers));
const headerText = (headers) =>
  pairs(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

function jsonOf(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function replyIn(body, id) {
  try {
    return messagesOf(body).find((message) => message.id === id && message.method === undefined);
  } catch {
    return undefined;
  }
}
