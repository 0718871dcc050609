import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type Config,
  type ConfigEntry,
  type InputQuestion,
  readConfig,
} from "@hub/api/client-files";
import type { RegisterOptions } from "../options.js";
import { Watchdog } from "../stdio/watchdog.js";
import { variableOfInput } from "./fill-in.js";
import { fillInEntry } from "./fill-in-entry.js";
import { FollowedFile } from "./follow-file.js";
import { KeptServer } from "./kept-server.js";
import type { ServerEntry } from "./read-entry.js";
import type { ServerState } from "./server-state.js";
import { Turns } from "./turns.js";

/** News of the file itself. */
export type FileNews =
  | { readonly kind: "read"; readonly servers: number }
  | {
      readonly kind: "changed";
      readonly added: readonly string[];
      readonly changed: readonly string[];
      readonly removed: readonly string[];
    }
  /** It cannot be read; what runs goes on. */
  | { readonly kind: "unreadable"; readonly reason: string }
  /** Something of an entry has no effect, or an entry that runs became wrong. */
  | { readonly kind: "note"; readonly name: string; readonly text: string };

export interface ServeFileOptions {
  /** The file of any MCP client, or one's own. */
  readonly file: string;
  /** One process for all clients of a server. Default: one for each. */
  readonly isShared?: boolean | undefined;
  /** The most processes of a server. Default: 8. */
  readonly mostProcesses?: number | undefined;
  /** A process that nobody used for this long ends, in milliseconds. Default: 10 minutes. */
  readonly idleMs?: number | undefined;
  /** Whether hubs get the last lines that a command prints, when something is wrong with it. Default: true. */
  readonly sendsLog?: boolean | undefined;
  /** For each registration: hub, token, service key, tags, owner, host. Default: as the environment says. */
  readonly register?: RegisterOptions | undefined;
  /** Where a log file of each server is kept. Default: the last lines of each are in memory alone. */
  readonly logFolder?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Asks a person for what the file does not hold. Called with the questions that neither the environment
   * nor an earlier answer answers. Default: they stay open, and the servers that need them are wrong.
   */
  ask?(questions: readonly InputQuestion[]): Promise<ReadonlyMap<string, string>>;
  onState?(state: ServerState): void;
  /** A server is no longer in the file, and has ended. */
  onRemoved?(name: string): void;
  onFile?(news: FileNews): void;
}

/** The servers of a file, as they run. */
export interface ServedFile {
  /** All of the file, in its order. */
  readonly states: readonly ServerState[];
  /** The last lines of a server's log, oldest first. */
  logOf(name: string): readonly string[];
  /** Deregisters and ends all of them. */
  close(): Promise<void>;
}

/**
 * Serves and registers every server of a file, each under its name there, in this process, and follows the
 * changes of the file: only servers whose entry changed are touched.
 * @throws Error with a sentence when the file cannot be read at first.
 */
export async function serveFile(options: ServeFileOptions): Promise<ServedFile> {
  const file = resolve(options.file);
  const text = await readFile(file, "utf8");
  const served = new Servers(file, options);
  await served.begin(text);
  return served;
}

/** What is known of an entry that does not run. */
type Standing = Pick<ServerState, "phase" | "trouble">;

class Servers implements ServedFile {
  readonly #file: string;
  readonly #options: ServeFileOptions;
  readonly #watchdog = new Watchdog();
  readonly #turns = new Turns(2 + 2 * availableParallelism());
  readonly #answers = new Map<string, string>();
  readonly #running = new Map<string, KeptServer>();
  readonly #standing = new Map<string, Standing>();
  #order: readonly string[] = [];
  /** Ends when a change of the file has taken effect: what it closes is closed. */
  #changing: Promise<unknown> = Promise.resolve();
  #followed: FollowedFile | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: string, options: ServeFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  async begin(text: string): Promise<void> {
    const config = this.#read(text);
    this.#options.onFile?.({ kind: "read", servers: config.entries.length });
    await this.#apply(config);
    this.#followed = new FollowedFile(
      {
        file: this.#file,
        onText: (changed) => this.#onText(changed),
        onGone: (reason) =>
          this.#options.onFile?.({ kind: "unreadable", reason: `it is not there (${reason})` }),
      },
      text,
    );
  }

  get states(): readonly ServerState[] {
    return this.#order.flatMap((name) => this.#stateOf(name) ?? []);
  }

  logOf(name: string): readonly string[] {
    return this.#running.get(name)?.log.lines ?? [];
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#followed?.close();
      const running = [...this.#running.values()].map((one) => one.close());
      await Promise.all([this.#changing, ...running]);
      this.#watchdog.close();
    })();
    return this.#closing;
  }

  #read(text: string): Config {
    return readConfig(text, this.#file, process.cwd());
  }

  async #onText(text: string): Promise<void> {
    let config: Config;
    try {
      config = this.#read(text);
    } catch (error) {
      const reason = (error as Error).message; // of the reader
      this.#options.onFile?.({ kind: "unreadable", reason });
      return;
    }
    const changes = await this.#apply(config);
    this.#options.onFile?.({ kind: "changed", ...changes });
  }

  async #apply(config: Config) {
    await this.#askFor(config.questions);
    const added: string[] = [];
    const changed: string[] = [];
    const before = this.#order;
    this.#order = config.entries.map(({ name }) => name);
    const removed = before.filter((name) => !this.#order.includes(name));
    const ends = removed.map(async (name) => {
      await this.#end(name);
      this.#standing.delete(name);
      this.#options.onRemoved?.(name);
    });
    for (const entry of config.entries) {
      const { name } = entry;
      const isNew = !before.includes(name);
      const how = this.#take(entry);
      if (how !== undefined) ends.push(how);
      if (how !== undefined) (isNew ? added : changed).push(name);
    }
    this.#changing = Promise.all(ends);
    await this.#changing;
    return { added, changed, removed };
  }

  /** What is to be done for an entry; `undefined` when it is as it was. */
  #take(entry: ConfigEntry): Promise<void> | undefined {
    const { name, read } = entry;
    const environment = this.#options.environment ?? process.env;
    const filled = fillInEntry(entry, this.#file, { environment, answers: this.#answers });
    const running = this.#running.get(name);
    if (filled.kind === "server") {
      if (running !== undefined && isDeepStrictEqual(running.entry, filled.server))
        return undefined;
      const notes = read.kind === "server" ? read.notes : [];
      for (const text of notes) this.#options.onFile?.({ kind: "note", name, text });
      return this.#replace(name, filled.server);
    }
    if (filled.kind === "wrong" && running !== undefined) {
      // Half of a change is no reason to end what works.
      const text = `${filled.reason}. It runs on as it was`;
      this.#options.onFile?.({ kind: "note", name, text });
      return undefined;
    }
    const trouble = filled.kind === "wrong" ? filled.reason : undefined;
    const known = this.#standing.get(name);
    if (known?.phase === filled.kind && known.trouble === trouble) return undefined;
    return this.#stand(name, { phase: filled.kind, trouble });
  }

  async #replace(name: string, server: ServerEntry): Promise<void> {
    await this.#end(name);
    if (this.#closing !== undefined) return;
    this.#standing.delete(name);
    const { register = {}, logFolder, isShared = false } = this.#options;
    const { mostProcesses = 8, idleMs = 600_000, sendsLog = true } = this.#options;
    this.#running.set(
      name,
      new KeptServer({
        ...{ name, server, logFolder, isShared, mostProcesses, idleMs, sendsLog },
        register: { ...register, sessionIdleMs: idleMs },
        turns: this.#turns,
        watchdog: this.#watchdog,
        onState: (state) => this.#options.onState?.(state),
      }),
    );
  }

  async #stand(name: string, standing: Standing): Promise<void> {
    await this.#end(name);
    this.#standing.set(name, standing);
    const state = this.#stateOf(name);
    if (state !== undefined) this.#options.onState?.(state);
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    await running?.close();
  }

  #stateOf(name: string): ServerState | undefined {
    const running = this.#running.get(name);
    if (running !== undefined) return running.state;
    const standing = this.#standing.get(name);
    if (standing === undefined) return undefined;
    return {
      ...{ name, kind: "none", ...standing, url: undefined, hub: "closed", tools: undefined },
      ...{ processes: 0, restarts: 0 },
    };
  }

  async #askFor(questions: readonly InputQuestion[]): Promise<void> {
    const environment = this.#options.environment ?? process.env;
    const open = questions.filter(
      ({ id }) => environment[variableOfInput(id)] === undefined && !this.#answers.has(id),
    );
    if (open.length === 0 || this.#options.ask === undefined) return;
    for (const [id, answer] of await this.#options.ask(open)) this.#answers.set(id, answer);
  }
}
