import { notAHub, readAnswer, readBytes } from "./answer.js";
import { environment } from "./environment.js";
import { HubClientError } from "./hub-client-error.js";
import { defaultHubUrl, firstHubUrl } from "./hub-url.js";
import { proxyHint } from "./proxy.js";
import { misfit, type Shape } from "./shape.js";
import { type TokenSource, tokenOfEnvironment } from "./token-source.js";

/** How to reach a hub. */
export interface HubClientOptions {
  /** The hub's base URL; of several, separated by commas, the first. Default: `MCP_HUB_URL`, else http://127.0.0.1:8001. */
  readonly url?: string | undefined;
  /** Bearer token, or what says it. Default: `MCP_HUB_TOKEN`, else the file that `MCP_HUB_TOKEN_FILE` names. */
  readonly token?: TokenSource | undefined;
  /**
   * How long one call may take, in milliseconds. Default 5,000. Those for which the hub asks servers
   * (`probe`, `diagnose`) may take a minute.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * The longest answer that is read, in bytes. Default 256 MiB, the longest page that a hub can be set to
   * (`MCP_HUB_MAX_ANSWER_BYTES`).
   */
  readonly maxAnswerBytes?: number | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** One call to a route of the hub. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With what stands in it encoded: see `pathTo`. */
  readonly path: string;
  readonly query?: object | undefined;
  /** Sent as JSON; a text as it is, with the type that `headers` say. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the options. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of one hub: sends calls, and lets no answer pass that a hub would not give. */
export class HubRequests {
  readonly url: string;
  readonly maxAnswerBytes: number;
  readonly #token: TokenSource | undefined;
  readonly #timeoutMs: number;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws TypeError when the URL cannot be an address. */
  constructor(options: HubClientOptions) {
    this.url = firstHubUrl(options.url ?? environment("MCP_HUB_URL") ?? defaultHubUrl);
    this.#token = options.token ?? tokenOfEnvironment();
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.maxAnswerBytes = options.maxAnswerBytes ?? 256 * 1024 * 1024;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /** What says who is asking; only ever for the hub itself. Rejects with NO_TOKEN when that cannot be found out. */
  async authorization(): Promise<Record<string, string>> {
    try {
      const token = typeof this.#token === "function" ? await this.#token() : this.#token;
      return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
    } catch (error) {
      const detail = `The token for the hub at ${this.url} cannot be read (${reasonOf(error)})`;
      throw new HubClientError({ status: 0, code: "NO_TOKEN", detail }, { cause: error });
    }
  }

  /** The answer to a call, which has at least `shape`, and its ETag. */
  async ask<Answer extends object>(
    call: Call,
    shape: Shape<NoInfer<Answer>>,
  ): Promise<{ readonly answer: Answer; readonly etag: string | undefined }> {
    return this.#send(call, async (response) => {
      const body = await readAnswer(response, this);
      const wrong = misfit(body, shape);
      if (wrong !== undefined)
        throw notAHub(this.url, 200, `its answer to ${call.method} ${call.path}: ${wrong}`);
      // It has what it is used for; for the rest the tests hold every answer of the hub to the contract.
      return {
        answer: body as unknown as Answer,
        etag: response.headers.get("etag") ?? undefined,
      };
    });
  }

  /** Makes a call that the hub answers with nothing. */
  async tell(call: Call): Promise<void> {
    await this.#send(call, async (response) => {
      const body = await readAnswer(response, this);
      if (body !== undefined)
        throw notAHub(this.url, 200, `it has an answer to ${call.method} ${call.path}`);
    });
  }

  /** The file that answers a call, which is of this media type. */
  async download(call: Call, mediaType: string): Promise<Uint8Array> {
    const accepting = { ...call, headers: { ...call.headers, accept: mediaType } };
    return this.#send(accepting, async (response) => {
      const type = response.headers.get("content-type") ?? "";
      if (response.status === 200 && type.startsWith(mediaType)) return readBytes(response, this);
      await readAnswer(response, this);
      throw notAHub(this.url, 200, `its answer to ${call.method} ${call.path} is no ${mediaType}`);
    });
  }

  /** Opens a stream of events. Only its head has to come in time; `signal` ends it. */
  async open(call: Call): Promise<ReadableStream<Uint8Array>> {
    return this.#send(
      { ...call, headers: { ...call.headers, accept: "text/event-stream" } },
      async (response) => {
        const type = response.headers.get("content-type") ?? "";
        if (response.ok && response.body !== null && type.startsWith("text/event-stream"))
          return response.body;
        await readAnswer(response, this);
        throw notAHub(this.url, 200, `its answer to ${call.method} ${call.path} is no stream`);
      },
      true,
    );
  }

  async #send<Result>(
    call: Call,
    read: (response: Response) => Promise<Result>,
    staysOpen = false,
  ): Promise<Result> {
    const { method, path, query = {}, body, signal, timeoutMs = this.#timeoutMs } = call;
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      abort();
    }, timeoutMs);
    if (signal?.aborted) abort();
    // Not `AbortSignal.any`: a signal that lives as long as the program would collect all of them.
    signal?.addEventListener("abort", abort);
    let isOpen = false;
    try {
      const ask = (authorization: Record<string, string>) =>
        this.#fetch(`${this.url}${path}${searchOf(query)}`, {
          method,
          headers: {
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...authorization,
            ...call.headers,
          },
          redirect: "manual",
          signal: controller.signal,
          ...(body === undefined
            ? {}
            : { body: typeof body === "string" ? body : JSON.stringify(body) }),
        });
      const sent = await unlessAborted(this.authorization(), controller.signal);
      let response = await ask(sent);
      if (response.status === 401 && typeof this.#token === "function") {
        const other = await unlessAborted(this.authorization(), controller.signal);
        if (other.authorization !== sent.authorization) {
          await response.body?.cancel();
          response = await ask(other);
        }
      }
      const result = await read(response);
      isOpen = staysOpen;
      return result;
    } catch (error) {
      if (HubClientError.is(error)) throw error;
      throw this.noAnswer(error, isTimeout ? timeoutMs : undefined);
    } finally {
      clearTimeout(timer);
      if (!isOpen) signal?.removeEventListener("abort", abort);
    }
  }

  /** The error for an answer that did not come, or not within a time. */
  noAnswer(error: unknown, timeoutMs?: number): HubClientError {
    const detail =
      timeoutMs === undefined
        ? `The hub at ${this.url} cannot be reached (${reasonOf(error)})`
        : `The hub at ${this.url} gave no answer within ${timeoutMs} ms`;
    const hint = proxyHint(this.url);
    return new HubClientError(
      {
        status: 0,
        code: timeoutMs === undefined ? "UNREACHABLE" : "TIMEOUT",
        detail: hint === undefined ? detail : `${detail}. ${hint}`,
      },
      { cause: error },
    );
  }
}

/** What a promise resolves to; rejects at once when it is given up. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

/** The path of one thing: `pathTo("servers", id, "tools")`. */
export function pathTo(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}

/** A query as the hub reads it: what is undefined is not said, and lists come several times. */
function searchOf(query: object): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(key, String(one));
  }
  return search.size === 0 ? "" : `?${search}`;
}

/** The code of what lies beneath an error, such as ECONNREFUSED; without one, its message. `fetch` wraps what it hears from below. */
function reasonOf(error: unknown): string {
  let last = error;
  for (let depth = 0; depth < 5 && last instanceof Error; depth += 1) {
    if ("code" in last && typeof last.code === "string") return last.code;
    if (last.cause === undefined) return last.message;
    last = last.cause;
  }
  return String(last);
}
