import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/**
 * A connection whose other end is gone without a word says nothing, as one does on which there is no news: so often
 * the hub asks whether it is there, and so long it waits for the answer.
 */
const askEveryMs = 1_000;
const patienceMs = 2_000;
/** A hub that stops waits for so long until the other end has heard its goodbye, which may be gone. */
const goodbyeMs = 1_000;
/** How long the hub waits before it connects again; changes by chance, so that hubs do not come all at once. */
const againMs = 500;

/** What a database calls the one such connection that a hub has. */
export const applicationName = "mcp-hub news";

/** The two numbers of an advisory lock, made of a number and a text. */
export type Lock = { readonly kind: number; readonly name: string };

/**
 * Hears what hubs on one database tell each other (`NOTIFY`), over a connection of its own. While that is broken
 * nothing is heard; when it is back, every listener is called, since anything may have happened.
 */
export class NewsListener {
  readonly #url: string;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  /** What that speaks over. */
  #socket: Socket | undefined;
  #lock: Lock | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects when the database cannot be reached now. */
  start(): Promise<void> {
    return this.#connect();
  }

  /** Calls `listener` when there may be news of a topic. Returns how to stop. */
  listen(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Holds a lock for as long as the connection stands, and takes it again when it is back. */
  async hold(lock: Lock): Promise<void> {
    this.#lock = lock;
    if (this.#client !== undefined) await lockOn(this.#client, lock);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const cut = setTimeout(() => this.#socket?.destroy(), goodbyeMs);
    await this.#client?.end();
    clearTimeout(cut);
  }

  #tell(topic: string): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }

  async #connect(): Promise<void> {
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
      connectionString: this.#url,
      application_name: applicationName,
      connectionTimeoutMillis: 2_000,
      query_timeout: patienceMs,
      keepAlive: true,
    });
    client.on("notification", ({ payload = "" }) => this.#tell(payload.split(" ")[0] ?? ""));
    // Without this an error of a broken connection would end the process; `end` follows it.
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query("LISTEN mcp_hub");
      if (this.#lock !== undefined) await lockOn(client, this.#lock);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#closing.signal.aborted) return client.end();
    this.#client = client;
    this.#socket = socket;
    const asking = setInterval(() => {
      // While a question is open, this breaks the connection off.
      client.query("SELECT 1").catch(() => client.end().catch(() => {}));
    }, askEveryMs).unref();
    client.once("end", () => {
      clearInterval(asking);
      void this.#connectAgain();
    });
  }

  async #connectAgain(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await sleep(againMs * (0.5 + Math.random()), undefined, {
          signal: this.#closing.signal,
          ref: false,
        });
        await this.#connect();
        for (const topic of this.#listeners.keys()) this.#tell(topic);
        return;
      } catch {
        // The store says for itself that the database is away.
      }
    }
  }
}

/** Two names may have one number: then a lock that somebody has is as good as the own one. */
async function lockOn(client: pg.Client, { kind, name }: Lock): Promise<void> {
  await client.query("SELECT pg_try_advisory_lock($1, hashtext($2))", [kind, name]);
}
