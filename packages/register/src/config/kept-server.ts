import type { Log } from "../log.js";
import { loggedUrl } from "../logged-url.js";
import { type Mask, maskOf } from "../mask-secrets.js";
import type { ProcessEvent } from "../stdio/command.js";
import { countTools } from "./count-tools.js";
import { type Keeping, type Kept, keepEntry } from "./keep-entry.js";
import type { ServerEntry } from "./read-entry.js";
import { ServerLog } from "./server-log.js";
import type { ServerState } from "./server-state.js";
import type { Turns } from "./turns.js";

/** The longest pause between two starts, in milliseconds. */
const longestPauseMs = 60_000;
/** A server that takes longer to start lets the next one begin. Milliseconds. */
const turnMs = 5_000;

export interface KeptServerOptions
  extends Pick<
    Keeping,
    "register" | "watchdog" | "isShared" | "mostProcesses" | "idleMs" | "sendsLog"
  > {
  readonly name: string;
  readonly server: ServerEntry;
  /** How many may start at a time. */
  readonly turns: Turns;
  /** Where a file with its log is kept. Default: its last lines are in memory alone. */
  readonly logFolder?: string | undefined;
  onState(state: ServerState): void;
}

/** A server of a file that runs until it is closed: what does not start or dies is started again, with growing pauses. */
export class KeptServer {
  readonly entry: ServerEntry;
  readonly log: ServerLog;
  readonly #options: KeptServerOptions;
  readonly #mask: Mask;
  readonly #stop = new AbortController();
  readonly #ran: Promise<void>;
  #state: ServerState;
  #kept: Kept | undefined;
  #isReviving = false;

  constructor(options: KeptServerOptions) {
    const { name, server } = options;
    this.#options = options;
    this.entry = server;
    this.#mask = maskOf(server.secrets);
    this.log = new ServerLog({
      ...{ name, folder: options.logFolder, mask: this.#mask },
      now: () => new Date(),
    });
    this.log.setMaxListeners(0);
    const kind = server.kind === "command" ? "command" : server.isPrivate ? "relay" : "url";
    this.#state = {
      ...{ name, kind, phase: "waiting", trouble: undefined, url: undefined, hub: "starting" },
      ...{ tools: undefined, processes: 0, restarts: 0 },
    };
    this.#ran = this.#run();
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Deregisters and ends its processes. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#kept?.close();
    await this.#ran;
    this.log.end();
  }

  /** Starts it until that succeeds once. */
  async #run(): Promise<void> {
    for (let attempt = 0; !this.#isStopped; attempt += 1) {
      const giveBack = await this.#options.turns.take();
      const timer = setTimeout(giveBack, turnMs);
      try {
        if (await this.#start()) return;
      } catch (error) {
        await this.#kept?.close();
        this.#kept = undefined;
        this.#failed(error, pauseMs(attempt));
      } finally {
        clearTimeout(timer);
        giveBack();
      }
      await this.#pause(pauseMs(attempt));
    }
  }

  /** True when there is nothing left to do, false to try again. */
  async #start(): Promise<boolean> {
    if (this.#isStopped) return true;
    if (this.#state.phase === "waiting") this.#set({ phase: "starting" });
    const { name } = this.#options;
    const kept = keepEntry(this.entry, {
      ...this.#options,
      name,
      log: this.#hubLog,
      shownOn: this.log,
      onProcess: (event) => this.#onProcess(event),
      onRelayed: (trouble) => this.#onRelayed(trouble),
      onHub: (hub) =>
        this.#set({ hub, ...(hub === "registered" ? this.#withoutHubTrouble() : {}) }),
    });
    this.#kept = kept;
    const url = await kept.ready;
    if (url === undefined) return true;
    const isFailing = this.#state.kind === "relay" && this.#state.trouble !== undefined;
    const well = { phase: "up", trouble: undefined } as const;
    this.#set({ ...(isFailing ? { phase: "failing" } : well), url: loggedUrl(url) });
    const { reference } = kept;
    if (reference !== undefined) {
      const tools = await countTools(reference);
      if (!this.#isStopped) this.#set({ tools });
    }
    return true;
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #onProcess(event: ProcessEvent): void {
    if (event.kind === "started") {
      this.#set({ processes: this.#state.processes + 1 });
      return;
    }
    this.#set({ processes: Math.max(0, this.#state.processes - 1) });
    if (!event.isAccident || this.#isStopped) return;
    this.#tell(`its process ended (${event.how})`);
    // One that never answered is started again by `#run`.
    if (this.#state.phase !== "up" && !this.#isReviving) return;
    this.#set({ restarts: this.#state.restarts + 1 });
    void this.#revive(event.how);
  }

  /** Starts a process in place of one that died, for the hub asks for one only when it is needed. */
  async #revive(how: string): Promise<void> {
    const reference = this.#kept?.reference;
    if (this.#isReviving || reference === undefined) return;
    this.#isReviving = true;
    this.#set({ phase: "restarting", trouble: `its process ended (${how})` });
    for (let attempt = 0; !this.#isStopped; attempt += 1) {
      try {
        await reference.initialize();
        break;
      } catch (error) {
        this.#failed(error, pauseMs(attempt));
        await this.#pause(pauseMs(attempt));
      }
    }
    this.#isReviving = false;
    if (this.#isStopped) return;
    this.#set({ phase: "up", trouble: undefined });
    this.#set({ tools: await countTools(reference) });
  }

  #failed(error: unknown, againInMs: number): void {
    if (this.#isStopped) return;
    const reason = this.#mask(error instanceof Error ? error.message : String(error));
    this.#tell(`it does not start: ${reason}`);
    this.#set({
      phase: "restarting",
      trouble: `${reason}; trying again in ${againInMs / 1_000} s`,
      restarts: this.#state.restarts + (this.#isReviving ? 0 : 1),
    });
  }

  #onRelayed(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.#state.trouble) this.#tell(trouble);
    const isServed = this.#state.url !== undefined;
    const phase = trouble === undefined ? "up" : "failing";
    this.#set({ trouble, ...(isServed ? { phase } : {}) });
  }

  /** What the helper says of hub and server: in the log, and where it is bad in the state. */
  readonly #hubLog: Log = ({ level, message }) => {
    const text = this.#mask(message);
    this.#tell(`${level}: ${text}`);
    if (level === "error" && isOfHub(text)) this.#set({ trouble: text });
    if (level === "warn" && this.#state.phase === "starting" && isOfWaiting(text))
      this.#set({ trouble: text });
  };

  #withoutHubTrouble(): Partial<ServerState> {
    return isOfHub(this.#state.trouble ?? "") ? { trouble: undefined } : {};
  }

  #tell(text: string): void {
    if (!this.log.writableEnded) this.log.write(`[hub] ${text}\n`);
  }

  #set(change: Partial<ServerState>): void {
    const next = { ...this.#state, ...change };
    const isSame = Object.entries(next).every(
      ([key, value]) => this.#state[key as keyof ServerState] === value, // its own keys
    );
    if (isSame || this.#isStopped) return;
    this.#state = next;
    this.#options.onState(next);
  }

  #pause(forMs: number): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, forMs);
      if (signal.aborted) done();
      else signal.addEventListener("abort", done);
    });
  }
}

function pauseMs(attempt: number): number {
  return Math.min(1_000 * 2 ** Math.min(attempt, 10), longestPauseMs);
}

/** Whether a line says why a server is not registered yet; it is until something answers there. */
function isOfWaiting(text: string): boolean {
  return text.startsWith("nothing answers at ");
}

/** Whether a line is about the hub that refuses the registration. */
function isOfHub(text: string): boolean {
  return text.startsWith("the hub at ");
}
