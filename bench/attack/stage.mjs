// What a scene has at hand: the hub, servers and clients of its own, and a place to say what came of it.
// Everything it starts or registers is gone when it closes.
import { spawn } from "node:child_process";
import { ask, Connection } from "../gateway/connection.mjs";
import { endSessionText, legacy, messagesOf, openSession, requestText } from "../gateway/mcp.mjs";
import { keep, sleep, stop } from "../gateway/processes.mjs";
import { mcp, serve } from "./hostile-server.mjs";

const leaseMs = 3_600_000;
const restMs = 15_000;
const run = Math.random().toString(36).slice(2, 6);
let named = 0;

export class Stage {
  /** What must hold: `{ what, value, isGood }`. */
  claims = [];
  /** What is worth telling. */
  notes = [];
  #closing = [];
  #lastId = 100;

  constructor({ hub, isShort }) {
    this.hub = hub;
    this.isShort = isShort;
  }

  /** A number of the whole form, and of the short one. */
  scale(whole, short) {
    return this.isShort ? short : whole;
  }

  must(what, value, isGood) {
    this.claims.push({ what, value: String(value), isGood });
  }

  note(what, value) {
    this.notes.push({ what, value: String(value) });
  }

  /** Runs when the scene is over, the last first. */
  onClose(close) {
    this.#closing.push(close);
  }

  async close() {
    for (const close of this.#closing.splice(0).reverse())
      await Promise.race([Promise.resolve(close()).catch(() => undefined), sleep(restMs)]);
  }

  /** Asks the REST API; the body as JSON when it is. Throws when nothing came within `limitMs`. */
  async rest(method, path, { body, headers = {}, limitMs = restMs, from } = {}) {
    const text = body === undefined ? "" : JSON.stringify(body);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    if (body !== undefined) lines.push("Content-Type: application/json\r\n");
    const length = Buffer.byteLength(text);
    const request = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.hub.port}\r\nContent-Length: ${length}\r\n${lines.join("")}\r\n${text}`;
    const answer = await ask(this.hub.port, request, { limitMs, from });
    return { ...answer, json: /^\s*[{[]/.test(answer.body) ? JSON.parse(answer.body) : undefined };
  }

  /** One MCP request; `message` is the reply among what came. Throws when nothing came within `limitMs`. */
  async call(path, era, method, params = {}, { limitMs = restMs, onBody, from, ...more } = {}) {
    this.#lastId += 1;
    const { id = this.#lastId } = more;
    const request = requestText(this.#at(path, era), { ...more, id, method, params });
    const answer = await ask(this.hub.port, request, { limitMs, onBody, from });
    return { ...answer, message: replyIn(answer.body, id) };
  }

  /** Opens a 2025 session; its id. */
  async session(path, { capabilities, limitMs = restMs, from } = {}) {
    const send = (text) => ask(this.hub.port, text, { limitMs, from });
    const session = await openSession(this.#at(path, legacy), send, capabilities);
    this.leave(path, session);
    return session;
  }

  /** Sees to it that a session ends with the scene where the hub does not. */
  leave(path, session) {
    if (!this.hub.livesOn) return;
    this.onClose(() => ask(this.hub.port, endSessionText(this.#at(path, legacy), session)));
  }

  /** Answers what a server asked a 2025 client. */
  respond(path, session, id, result) {
    const body = JSON.stringify({ jsonrpc: "2.0", id, result });
    return this.post(path, body, { "Mcp-Session-Id": session, "MCP-Protocol-Version": legacy });
  }

  /** Sends a body to an MCP endpoint as it is. */
  post(path, body, headers, { limitMs = restMs } = {}) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.hub.port}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join("")}\r\n${body}`;
    return ask(this.hub.port, request, { limitMs });
  }

  /** A connection that stays open with one request sent on it. `onBody` hears what comes. */
  async stream(request, onBody) {
    const connection = await Connection.open(this.hub.port);
    const answered = connection.send(request, onBody).catch(() => undefined);
    this.onClose(() => connection.close());
    return { connection, answered };
  }

  /** A stream of what the hub tells a 2025 session. */
  listen(path, session, onBody) {
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.hub.port}\r\nAccept: text/event-stream\r\nMCP-Protocol-Version: ${legacy}\r\nMcp-Session-Id: ${session}\r\n\r\n`;
    return this.stream(request, onBody);
  }

  /** Starts a server of this scene, as `mcp` has it or with a listener of its own. */
  async serve(behaviour) {
    const server = await serve(typeof behaviour === "function" ? behaviour : mcp(behaviour));
    this.onClose(() => server.close());
    return server;
  }

  name(label) {
    named += 1;
    return `attack ${run} ${named} ${label}`;
  }

  /** Registers an endpoint under a name of its own; waits until it is up, unless told not to. */
  async register(label, endpoint, { waits = true, ...more } = {}) {
    const body = {
      name: this.name(label),
      transport: "streamable-http",
      endpoint,
      lease: { ttlMs: leaseMs },
      ...more,
    };
    const { status, json, body: said } = await this.rest("POST", "/register", { body });
    if (status >= 300) throw new Error(`${body.name} was not registered: ${said.slice(0, 300)}`);
    const { id } = json.server;
    this.onClose(() => this.forget(id, json.lease?.id));
    if (waits) await this.untilUp(id);
    return { id, name: body.name, lease: json.lease?.id };
  }

  /** A server of this scene, registered and up. */
  async registered(label, behaviour, more) {
    const server = await this.serve(behaviour);
    return { server, ...(await this.register(label, server.url, more)) };
  }

  async status(id) {
    const { json } = await this.rest("GET", `/servers/${id}`);
    return json;
  }

  async untilUp(id, limitMs = 30_000) {
    await this.until(`${id} is up`, limitMs, async () => {
      const { json } = await this.rest("GET", `/servers/${id}`);
      return json?.status === "up" && json.capabilities !== null;
    });
  }

  async until(what, limitMs, look) {
    const end = performance.now() + limitMs;
    while (!(await look())) {
      if (performance.now() > end) throw new Error(`Not within ${limitMs / 1_000} s: ${what}`);
      await sleep(20);
    }
  }

  /** Runs a program of this scene. */
  spawn(args, env = {}) {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "ignore"],
    });
    keep(child, "SIGTERM");
    this.onClose(() => stop(child));
    return child;
  }

  /** Gives the lease back, then removes what is left: what is down anybody may remove. */
  async forget(id, lease) {
    if (!this.hub.isRunning || !this.hub.livesOn) return;
    if (lease !== undefined) await this.rest("DELETE", `/leases/${lease}`);
    await this.rest("DELETE", `/servers/${id}`);
  }

  #at(path, era) {
    return { port: this.hub.port, path, era };
  }
}

function replyIn(body, id) {
  try {
    return messagesOf(body).find((message) => message.id === id && message.method === undefined);
  } catch {
    return undefined;
  }
}

export const textOf = (message) => message?.result?.content?.[0]?.text;

/** Runs `work` for each of `items`, so many at a time. */
export async function each(items, atOnce, work) {
  const waiting = items.entries();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const [index, item] of waiting) await work(item, index);
  });
  await Promise.all(workers);
}

export const numbers = (count) => Array.from({ length: count }, (_, index) => index);
