// An HTTP/1.1 client on a bare socket: one request at a time, kept alive, as little work as possible.
// A load generator that costs more than what it measures measures itself.
import { connect } from "node:net";

const endOfHead = "\r\n\r\n";

export class Connection {
  #socket;
  #pending;
  #state = "idle";
  #head = "";
  #answer;
  #left = 0;
  #sizeLine = "";

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The connection was closed.")));
  }

  /** `from`: the address to come from, where it matters; the system's choice otherwise. */
  static open(port, from) {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress: from });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends the bytes of one request. `onBody` gets each piece of the answer's body as it arrives. */
  send(request, onBody) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, onBody };
      this.#state = "head";
      this.#head = "";
      this.#socket.write(request);
    });
  }

  /** Reads no more, as a client that hangs. */
  pause() {
    this.#socket.pause();
  }

  /** Gives the socket up; whatever still arrives on it is ignored. */
  close() {
    this.#pending = undefined;
    this.#socket.removeAllListeners("data");
    this.#socket.destroy();
  }

  #fail(error) {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }

  #finish() {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#state = "idle";
    pending?.resolve(this.#answer);
  }

  #read(chunk) {
    let rest = chunk;
    while (rest !== undefined && rest.length > 0 && this.#state !== "idle") {
      rest = this.#state === "head" ? this.#readHead(rest) : this.#readBody(rest);
    }
  }

  #readHead(chunk) {
    const before = this.#head.length;
    this.#head += chunk.latin1Slice();
    const end = this.#head.indexOf(endOfHead);
    if (end === -1) return undefined;
    const head = this.#head.slice(0, end);
    const rest = chunk.subarray(end + endOfHead.length - before);
    const status = Number(head.slice(9, 12));
    this.#answer = { status, head };
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length !== null) {
      this.#state = "counted";
      this.#left = Number(length[1]);
      if (this.#left === 0) this.#finish();
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#state = "size";
      this.#sizeLine = "";
    } else {
      this.#finish();
    }
    return rest;
  }

  #readBody(chunk) {
    if (this.#state === "size" || this.#state === "last") return this.#readLine(chunk);
    const piece = chunk.subarray(0, this.#left);
    this.#left -= piece.length;
    if (this.#state !== "gap" && piece.length > 0) this.#pending?.onBody?.(piece);
    if (this.#left === 0) {
      if (this.#state === "counted") this.#finish();
      else if (this.#state === "chunk") {
        this.#state = "gap";
        this.#left = 2;
      } else {
        this.#state = "size";
        this.#sizeLine = "";
      }
    }
    return chunk.subarray(piece.length);
  }

  /** The line with a chunk's size, or the empty one after the last chunk. */
  #readLine(chunk) {
    const end = chunk.indexOf(10);
    if (end === -1) {
      this.#sizeLine += chunk.latin1Slice();
      return undefined;
    }
    const line = this.#sizeLine + chunk.latin1Slice(0, end);
    this.#sizeLine = "";
    if (this.#state === "last") {
      if (line.trim() === "") this.#finish();
    } else {
      this.#left = Number.parseInt(line, 16);
      this.#state = this.#left === 0 ? "last" : "chunk";
    }
    return chunk.subarray(end + 1);
  }
}

/** One request on a connection of its own, with the whole answer as text. Rejects after `limitMs`. */
export async function ask(port, request, { limitMs = 10_000, onBody, from } = {}) {
  const connection = await Connection.open(port, from);
  const pieces = [];
  let timer;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    const answered = connection.send(request, (piece) => {
      pieces.push(piece);
      onBody?.(piece);
    });
    const answer = await Promise.race([answered, tooLate]);
    return { ...answer, body: Buffer.concat(pieces).toString() };
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
