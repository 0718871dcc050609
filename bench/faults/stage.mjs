// What a line starts, and what ends it when the line is over, however it went.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isReady, startHub } from "../gateway/hub.mjs";
import { folder, freePort, sleep, stop } from "../gateway/processes.mjs";

/** What ends what was started, for each line that runs. */
const stages = new AsyncLocalStorage();

/** `close` is called, and waited for, when the line is over; the last one first. */
export const atEnd = (close) => void stages.getStore().push(close);

/** Runs a line, and ends whatever it started. */
export function onStage(run) {
  const closing = [];
  return stages.run(closing, () =>
    run().finally(async () => {
      for (const close of closing.reverse()) await close();
    }),
  );
}

/** Resolves with what `look` gives as soon as that is neither undefined nor false. */
export async function until(what, look, limitMs = 60_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
    await sleep(20);
  }
}

/** Until a hub has a server up, and knows what it offers. */
export const isUp = (hub, id) =>
  until(`${id} to be up`, async () => {
    const found = (await hub.servers()).find((one) => one.id === id);
    return found?.status === "up" && found.capabilities !== null;
  });

let stores = 0;
/** A hub that stops writes to its disk, which a busy machine keeps waiting. */
const stopsWithinMs = 30_000;

/** A new folder's name; the hub makes it. */
export function newFolder() {
  stores += 1;
  return join(folder, `store-${stores}`);
}

/** A hub as it ships, which keeps its port and its store over its starts. */
export class Hub {
  #process;
  #log = join(folder, `hub-${randomUUID()}.log`);

  /** Nothing runs yet. */
  static async at(settings = {}, dataDir = newFolder()) {
    const hub = new Hub();
    hub.port = await freePort();
    hub.url = `http://127.0.0.1:${hub.port}`;
    hub.dataDir = dataDir;
    hub.settings = { ...settings, MCP_HUB_PORT: String(hub.port) };
    atEnd(() => hub.kill());
    return hub;
  }

  static async start(settings, dataDir) {
    const hub = await Hub.at(settings, dataDir);
    await hub.start();
    return hub;
  }

  /** Resolves with the milliseconds until it was ready. Rejects when it ended before, with what it said last. */
  async start() {
    const { begin } = await this.launch();
    await isReady({ url: this.url, child: this.#process }).catch((error) => {
      throw new Error(`${error.message}: ${readFileSync(this.#log, "utf8").slice(-1_000)}`);
    });
    return performance.now() - begin;
  }

  /** Starts the process, and does not wait. */
  async launch() {
    const log = openSync(this.#log, "a");
    const started = await startHub(this.dataDir, this.settings, log);
    closeSync(log);
    this.#process = started.child;
    return started;
  }

  get pid() {
    return this.#process.pid;
  }

  get isRunning() {
    const { exitCode, signalCode } = this.#process ?? { exitCode: 0 };
    return exitCode === null && signalCode === null;
  }

  async kill() {
    if (!this.isRunning) return;
    const child = this.#process;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Ends it as an operator does; rejects when that is not its end. */
  async stop() {
    await stop(this.#process, stopsWithinMs);
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) throw new Error(`a stopped hub ended with ${signalCode ?? exitCode}`);
  }

  async get(path) {
    const response = await fetch(`${this.url}${path}`, { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async servers() {
    return (await this.get("/servers")).servers;
  }

  /** The whole journal, the oldest event first. */
  async events() {
    const all = [];
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await this.get(`/events?limit=1000${cursor}`);
      all.push(...page.events);
      cursor = page.nextCursor === undefined ? undefined : `&cursor=${page.nextCursor}`;
    }
    return all.reverse();
  }
}
