// Clients of both revisions that call at a rate, whatever becomes of the calls before: what each call came to.
const revision = { modern: "2026-07-28", legacy: "2025-11-25" };
const info = { name: "faults", version: "1.0.0" };
const meta = (key) => `io.modelcontextprotocol/${key}`;

/** What a 2025 client begins its session with. */
export const handshakeOf = (capabilities = {}) => ({
  protocolVersion: revision.legacy,
  capabilities,
  clientInfo: info,
});

/** One client: at the aggregate of the hub, or at one server's own endpoint. */
export class Caller {
  #session;
  #ids = 0;
  /** How many sessions it has opened. */
  sessions = 0;

  /** `server`: whose own endpoint it uses. Default: `/mcp`. */
  constructor(hubUrl, era, server) {
    this.era = era;
    this.server = server;
    this.url = server === undefined ? `${hubUrl}/mcp` : `${hubUrl}/servers/${server}/mcp`;
  }

  /** Calls `echo` of a server. Never rejects. */
  async call(server) {
    const began = performance.now();
    const tool = this.server === undefined ? `${server}__echo` : "echo";
    const answer = await this.#ask("tools/call", { name: tool, arguments: { began } }).catch(
      (error) => ({ error: { message: `the hub did not answer: ${error.cause ?? error}` } }),
    );
    const text = answer.result?.content?.[0]?.text;
    const isRight = text === JSON.stringify({ began });
    const error = answer.error ?? (isRight ? undefined : { message: "a wrong answer" });
    // Only what says so may have run; everything else was promised to be sent.
    const isLost = error?.data?.mayHaveRun === true;
    return { server, era: this.era, began, ended: performance.now(), error, isLost };
  }

  /** The names of the tools in the first page of the list. */
  async tools() {
    const { result, error } = await this.#ask("tools/list", {});
    if (error !== undefined) throw new Error(error.message);
    return result.tools.map(({ name }) => name);
  }

  async #ask(method, params) {
    if (this.era === "modern") return (await this.#post(method, params)).message;
    for (;;) {
      this.#session ??= this.#open();
      const opening = this.#session;
      const opened = await opening;
      const asked = opened.id === null ? opened : await this.#post(method, params, opened.id);
      if (asked.status !== 404) return asked.message;
      // At the server's own endpoint its session ended with it, and a client begins another, as MCP says.
      if (this.#session === opening) this.#session = undefined;
    }
  }

  async #open() {
    this.sessions += 1;
    const opened = await this.#post("initialize", handshakeOf());
    const id = opened.headers.get("mcp-session-id");
    if (id === null) this.#session = undefined;
    return { ...opened, id };
  }

  async #post(method, params, session) {
    this.#ids += 1;
    const response = await post(this.url, this.era, { id: this.#ids, method, params }, { session });
    const text = await response.text();
    const data = /^data: ?(.*)$/m.exec(text)?.[1] ?? text;
    return {
      status: response.status,
      headers: response.headers,
      message: data === "" ? {} : JSON.parse(data),
    };
  }
}

/** Sends one message as a client of a revision does; resolves with the response, of which nothing has been read. */
export function post(url, era, message, { session, capabilities = {} } = {}) {
  const isModern = era === "modern";
  const { method, params } = message;
  const _meta = {
    [meta("protocolVersion")]: revision.modern,
    [meta("clientInfo")]: info,
    [meta("clientCapabilities")]: capabilities,
  };
  return fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": revision[era],
      ...(isModern ? { "mcp-method": method } : {}),
      ...(isModern && params.name !== undefined ? { "mcp-name": params.name } : {}),
      ...(session === undefined ? {} : { "mcp-session-id": session }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      ...message,
      ...(isModern ? { params: { ...params, _meta } } : {}),
    }),
  });
}

/** Calls `perSecond` times a second, each server and each caller in turns, until `stop`. */
export function startCalls(callers, servers, perSecond) {
  /** By when they began and which server they are for. */
  const running = new Map();
  const calls = [];
  let turn = 0;
  const timer = setInterval(() => {
    const caller = callers[turn % callers.length];
    const server = caller.server ?? servers[Math.floor(turn / callers.length) % servers.length];
    turn += 1;
    const call = caller.call(server).then((one) => {
      calls.push(one);
      running.delete(call);
    });
    running.set(call, server);
  }, 1_000 / perSecond);
  return {
    /** Resolves when those of a server that are under way have their answers. */
    async settled(server) {
      await Promise.all([...running].filter(([, of]) => of === server).map(([call]) => call));
    },
    /** How many have their answers. */
    answered: () => calls.length,
    /** Resolves with all calls when each has its answer. */
    async stop() {
      clearInterval(timer);
      await Promise.all(running.keys());
      return calls;
    },
  };
}
