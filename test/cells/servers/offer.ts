import { z } from "zod";
import { type LogLevel, logLevels, progressSteps } from "../questions.js";

/** What a tool can do while it runs. Each kind of server has its own way of doing it. */
export interface Call {
  readonly signal: AbortSignal;
  progress(done: number, total: number, message: string): Promise<void>;
  log(level: LogLevel, text: string): Promise<void>;
  /** What the client's last call told it to remember; "nothing" at first. */
  remember(text: string): string;
  /** The word that was given, or the action when none was. */
  askForm(): Promise<string>;
  /** The action that was taken. */
  askUrl(): Promise<string>;
  sample(): Promise<string>;
  /** The URIs, separated by spaces. */
  roots(): Promise<string>;
}

export type Change =
  | { readonly kind: "tools" }
  | { readonly kind: "resource"; readonly uri: string };

type Run = (text: string, call: Call, offer: Offer) => string | Promise<string>;

const mostWaitMs = 20_000;

const runs: Readonly<Record<string, Run>> = {
  echo: (text) => `echo of ${text}`,
  steps: async (_text, call) => {
    for (let step = 1; step <= progressSteps; step += 1)
      await call.progress(step, progressSteps, `step ${step}`);
    return "all steps";
  },
  wait: (tag, call, offer) => offer.wait(tag, call.signal),
  state_of: (tag, _call, offer) => offer.stateOf(tag),
  remember: (text, call) => call.remember(text),
  talk: async (_text, call) => {
    for (const level of logLevels) await call.log(level, `this is ${level}`);
    return "talked";
  },
  ask_form: (_text, call) => call.askForm(),
  ask_url: (_text, call) => call.askUrl(),
  sample: (_text, call) => call.sample(),
  roots: (_text, call) => call.roots(),
  touch: (_text, _call, offer) => offer.touch(),
  grow: (name, _call, offer) => offer.grow(name),
};

/** A memory of its own, for each session or for each call. */
export function memory(): Pick<Call, "remember"> {
  let remembered = "nothing";
  return {
    remember: (text) => {
      const before = remembered;
      remembered = text;
      return before;
    },
  };
}

/** All tools take the same. */
export const toolInput = z.object({ text: z.string() });

const shelfKeys = ["apple", "apricot", "banana"] as const;
export const keysFrom = (start: string): string[] =>
  shelfKeys.filter((key) => key.startsWith(start));

/** What every server of the cells offers, and what it remembers, whichever library serves it. */
export class Offer {
  readonly id: string;
  readonly valueUri: string;
  readonly shelfTemplate: string;
  readonly #states = new Map<string, "waiting" | "cancelled" | "ended">();
  readonly #grown: string[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  #value = 0;

  constructor(id: string) {
    this.id = id;
    this.valueUri = `${id}://value`;
    this.shelfTemplate = `${id}://shelf/{key}`;
  }

  get tools(): readonly string[] {
    return [...Object.keys(runs), ...this.#grown];
  }

  run(tool: string, text: string, call: Call): Promise<string> {
    const run = runs[tool];
    return Promise.resolve(run === undefined ? `${tool} has grown` : run(text, call, this));
  }

  readValue(): string {
    return `value ${this.#value}`;
  }

  readShelf(key: string): string {
    return `shelf of ${key}`;
  }

  greet(name: string): string {
    return `Please greet ${name}`;
  }

  stateOf(tag: string): string {
    return this.#states.get(tag) ?? "unknown";
  }

  /** Ends when it is cancelled. */
  async wait(tag: string, signal: AbortSignal): Promise<string> {
    this.#states.set(tag, "waiting");
    const isCancelled = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), mostWaitMs);
      timer.unref();
      const cancelled = () => {
        clearTimeout(timer);
        resolve(true);
      };
      if (signal.aborted) cancelled();
      else signal.addEventListener("abort", cancelled, { once: true });
    });
    this.#states.set(tag, isCancelled ? "cancelled" : "ended");
    return this.stateOf(tag);
  }

  touch(): string {
    this.#value += 1;
    this.#tell({ kind: "resource", uri: this.valueUri });
    return this.readValue();
  }

  grow(name: string): string {
    this.#grown.push(name);
    this.#tell({ kind: "tools" });
    return name;
  }

  /** Returns how to stop. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
