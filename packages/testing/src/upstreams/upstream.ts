import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { freePort } from "../free-port.js";
import type { Message, Payload } from "../messages.js";
import { textResult } from "../messages.js";
import { closeLater } from "../wait.js";
import { RpcError, type Script, type UpstreamCall } from "./upstream-call.js";

export type Offer = {
  tools: readonly Payload[];
  prompts: readonly Payload[];
  resources: readonly Payload[];
  resourceTemplates: readonly Payload[];
  capabilities: Payload;
  /** What it says of its use. Default: nothing. */
  instructions?: string;
};

export type UpstreamOptions = Partial<Omit<Offer, "tools">> & {
  readonly name?: string;
  /** Names of tools, or whole definitions. Default: `echo`, which answers its arguments. */
  readonly tools?: readonly (string | Payload)[];
};

const everything = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  logging: {},
};

export function tool(name: string, more: Payload = {}): Payload {
  return { name, inputSchema: { type: "object" }, ...more };
}

const called = new Set(["tools/call", "prompts/get", "resources/read", "completion/complete"]);
const lists = {
  "tools/list": "tools",
  "prompts/list": "prompts",
  "resources/list": "resources",
  "resources/templates/list": "resourceTemplates",
} as const satisfies Record<string, keyof Offer>;

/** A server whose behaviour a test sets per call. Each revision is a class of its own. */
export abstract class Upstream {
  readonly name: string;
  readonly offer: Offer;
  /** Every call that came, in order. */
  readonly calls: UpstreamCall[] = [];
  /** Everything that came: "POST tools/call", "GET", "DELETE". */
  readonly log: string[] = [];
  /** Messages that were sent to it, as they came. */
  readonly bodies: string[] = [];
  /** Takes over whole HTTP requests; true when it has. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly #scripts = new Map<string, Script>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(options: UpstreamOptions) {
    this.name = options.name ?? "upstream";
    this.offer = {
      prompts: [],
      resources: [],
      resourceTemplates: [],
      capabilities: everything,
      ...options,
      tools: (options.tools ?? ["echo"]).map((one) => (typeof one === "string" ? tool(one) : one)),
    };
    this.on("echo", (call) => textResult(JSON.stringify(call.given)));
    closeLater(() => this.stop());
  }

  abstract handle(message: Message, request: IncomingMessage, response: ServerResponse): void;
  abstract handleOther(request: IncomingMessage, response: ServerResponse): void;
  /** Tells everyone who listens. */
  abstract announce(method: string, params?: Payload): void;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** What happens when a tool, prompt or resource is asked for. */
  on(name: string, script: Script): this {
    this.#scripts.set(name, script);
    return this;
  }

  /** Listens; again on the port it had before. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#receive(request, response));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    });
    // One that nobody takes while it is stopped.
    if (this.#port === 0) this.#port = await freePort();
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
    return this;
  }

  /** Stops at once; nothing listens on the port then. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** The calls of one tool, prompt or resource. */
  callsOf(name: string): UpstreamCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  count(entry: string): number {
    return this.log.filter((one) => one === entry).length;
  }

  /** Answers lists and calls, which are alike in both revisions; false for everything else. */
  protected serve(call: UpstreamCall, common: Payload): boolean {
    const { method } = call;
    if (Object.hasOwn(lists, method)) {
      const kind = lists[method as keyof typeof lists]; // looked at right above
      call.answer({ result: { ...common, [kind]: this.offer[kind] } });
      return true;
    }
    if (!called.has(method)) return false;
    this.calls.push(call);
    const script = this.#scripts.get(call.name);
    void call.run((one) => {
      if (script === undefined) throw new RpcError(-32_602, `Unknown: ${call.name}`);
      return script(one);
    });
    return true;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    if (this.intercept?.(request, response) === true) return;
    if (request.method !== "POST") {
      this.log.push(request.method ?? "");
      this.handleOther(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    this.bodies.push(body);
    const message: Message = JSON.parse(body);
    this.log.push(`POST ${message.method ?? "answer"}`);
    this.handle(message, request, response);
  }
}
