import { connect, type Socket } from "node:net";

/** What came back for one request, as it was on the wire. */
export type RawAnswer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Answers with a status of 1xx that came before. */
  readonly interim: readonly number[];
};

type Head = Omit<RawAnswer, "body" | "interim"> & { readonly end: number };

function headOf(buffer: Buffer): Head | undefined {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = buffer.subarray(0, end).toString("latin1").split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]), headers, end: end + 4 };
}

/** The body at the start of the buffer and how long it is there; undefined while some of it is missing. */
function chunkedBody(buffer: Buffer): { readonly text: string; readonly size: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = buffer.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(buffer.subarray(at, line).toString("latin1"), 16);
    const next = line + 2 + size + 2;
    if (buffer.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString("utf8"), size: next };
    parts.push(buffer.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

/** A connection that sends exactly the bytes it is given and reads answers one after the other. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when nothing can come any more. */
  readonly closed: Promise<void>;
  /** The code of the error the connection ended with. */
  failure: string | undefined;
  isClosed = false;
  #received: Buffer[] = [];
  #size = 0;
  #interim: number[] = [];
  #look: () => void = () => undefined;

  /** `from`: the address it comes from. Default: the system chooses. */
  constructor(port: number, host = "127.0.0.1", from?: string) {
    this.socket = connect({
      port,
      host,
      allowHalfOpen: true,
      noDelay: true,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    this.socket.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#size += chunk.length;
      this.#look();
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.failure ??= error.code ?? error.message;
    });
    this.closed = new Promise((resolve) => {
      const over = () => {
        this.isClosed = true;
        this.#look();
        resolve();
      };
      this.socket.once("end", over).once("close", over);
    });
  }

  write(bytes: string | Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Says that nothing more is sent; answers are still read. */
  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** The next answer; undefined when the connection closes without one. */
  next(isHead = false): Promise<RawAnswer | undefined> {
    return new Promise((resolve) => {
      this.#look = () => {
        const answer = this.#take(isHead);
        if (answer === undefined && !this.isClosed) return;
        this.#look = () => undefined;
        resolve(answer);
      };
      this.#look();
    });
  }

  /** All answers until the other side closes. */
  async all(): Promise<RawAnswer[]> {
    const answers: RawAnswer[] = [];
    for (;;) {
      const answer = await this.next();
      if (answer === undefined) return answers;
      answers.push(answer);
    }
  }

  #take(isHead: boolean): RawAnswer | undefined {
    if (this.#size === 0) return undefined;
    const buffer = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
    if (buffer === undefined) return undefined;
    this.#received = [buffer];
    const head = headOf(buffer);
    if (head === undefined) return undefined;
    if (head.status >= 100 && head.status < 200) {
      this.#interim.push(head.status);
      this.#keep(buffer.subarray(head.end));
      return this.#take(isHead);
    }
    const rest = buffer.subarray(head.end);
    const found = this.#body(head, rest, isHead);
    if (found === undefined) return undefined;
    this.#keep(rest.subarray(found.size));
    const interim = this.#interim;
    this.#interim = [];
    return { status: head.status, headers: head.headers, body: found.text, interim };
  }

  #body({ status, headers }: Head, rest: Buffer, isHead: boolean) {
    if (isHead || status === 204 || status === 304) return { text: "", size: 0 };
    // A stream has no end to wait for.
    if (headers.get("content-type") === "text/event-stream") return { text: "", size: rest.length };
    if (headers.get("transfer-encoding") === "chunked") return chunkedBody(rest);
    const length = headers.get("content-length");
    const size = length === undefined ? undefined : Number(length);
    if (size === undefined && !this.isClosed) return undefined;
    if (size !== undefined && rest.length < size) return undefined;
    return { text: rest.subarray(0, size).toString("utf8"), size: size ?? rest.length };
  }

  #keep(rest: Buffer): void {
    this.#received = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
  }
}

/** A request's bytes: what is given and nothing else. */
export function requestBytes(
  line: string,
  headers: readonly (readonly [string, string])[] = [],
  body: string | Uint8Array = "",
): Buffer {
  const head = [`${line} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([
    Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"),
    typeof body === "string" ? Buffer.from(body) : body,
  ]);
}

/** The value below which `share` of the samples lie. */
/**
 * What a request may take while something else goes on, in ms: `barMs`, or on a machine that has other
 * things to do ten times what the same took before.
 */
export function allowedMs(barMs: number, before: readonly number[], share: number): number {
  return Math.max(barMs, 10 * quantile(before, share));
}

export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Sends one request over and over on connections of its own until told to stop; gives what each took. */
export async function keepAsking(
  port: number,
  bytes: Buffer,
  until: () => boolean,
  pauseMs = 0,
): Promise<{ readonly tookMs: readonly number[]; readonly statuses: ReadonlySet<number> }> {
  const tookMs: number[] = [];
  const statuses = new Set<number>();
  const connection = new RawConnection(port);
  while (!until()) {
    const began = performance.now();
    connection.write(bytes);
    const answer = await connection.next();
    tookMs.push(performance.now() - began);
    statuses.add(answer?.status ?? 0);
    if (answer === undefined) break;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  connection.destroy();
  return { tookMs, statuses };
}
