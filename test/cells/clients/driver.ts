import type { LogLevel } from "../questions.js";

type Reference =
  | { readonly prompt: string; readonly argument: string }
  | { readonly template: string; readonly argument: string };

type CallOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: number) => void;
};

/** What every client says it can do. */
export const capabilities = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: { listChanged: true },
};

/** What a client was asked and told, in order. */
export class Heard {
  readonly questions: unknown[] = [];
  readonly logs: { readonly level: string; readonly data: unknown }[] = [];
  readonly updated: string[] = [];
  toolChanges = 0;
}

/** What the cells need of a client, whichever SDK it is of and whichever revision it speaks. */
export interface Driver {
  /** What it answers with. */
  readonly name: string;
  readonly heard: Heard;
  tools(): Promise<readonly string[]>;
  resources(): Promise<readonly string[]>;
  templates(): Promise<readonly string[]>;
  prompts(): Promise<readonly string[]>;
  /** The text of the result. Throws when the result is an error. */
  call(tool: string, text: string, options?: CallOptions): Promise<string>;
  read(uri: string): Promise<string>;
  prompt(name: string, argument: string): Promise<string>;
  complete(reference: Reference, start: string): Promise<readonly string[]>;
  logFrom(level: LogLevel): Promise<void>;
  /** From its end on, changes are heard. Returns how to stop. */
  watch(what: { readonly resource: string } | "tools"): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The text of a tool's result. */
export function textOf(result: { readonly isError?: unknown; readonly content?: unknown }): string {
  const text = textIn(Array.isArray(result.content) ? result.content[0] : undefined);
  if (result.isError === true) throw new Error(`the tool failed: ${text}`);
  return text;
}

/** The text of a part of a content, or what stands in its place. */
export function textIn(part: unknown): string {
  if (typeof part === "object" && part !== null && "text" in part) return String(part.text);
  return JSON.stringify(part) ?? "nothing";
}

/** A fetch that tells when the stream for what belongs to no call is open, so that no notice is missed. */
export function watchedFetch(): { readonly fetch: typeof fetch; readonly isOpen: Promise<void> } {
  let opened = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  return {
    isOpen,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (init?.method === "GET") opened();
      return response;
    },
  };
}
