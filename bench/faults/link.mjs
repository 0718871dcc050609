// A TCP proxy that can be cut as a network is that splits: bytes of both directions stop, nobody is told, and new
// connections get no answer. What was under way goes on when it is mended. Or it refuses, as where nothing listens.
import { connect, createServer } from "node:net";
import { atEnd } from "./stage.mjs";

export class Link {
  #to;
  #server;
  #isCut = false;
  /** Connections that go through it, and those that wait for it to be mended. */
  #pairs = new Set();
  #waiting = new Set();

  /** A way to a port of this machine. */
  static async open(to) {
    const link = new Link();
    link.#to = to;
    link.#server = createServer((socket) => link.#take(socket));
    await link.#listen(0);
    link.port = link.#server.address().port;
    atEnd(() => {
      link.#server.close();
      for (const pair of link.#pairs) for (const end of pair) end.destroy();
      for (const one of link.#waiting) one.destroy();
    });
    return link;
  }

  cut() {
    this.#isCut = true;
    for (const [one, other] of this.#pairs) {
      one.unpipe(other).pause();
      other.unpipe(one).pause();
    }
  }

  /** Breaks all connections off, and refuses new ones, until it is mended. */
  async refuse() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const pair of this.#pairs) for (const end of pair) end.resetAndDestroy();
    this.#pairs.clear();
    await closed;
  }

  async mend() {
    if (!this.#server.listening) await this.#listen(this.port);
    this.#isCut = false;
    for (const pair of this.#pairs) this.#join(pair);
    for (const socket of this.#waiting) this.#connect(socket);
    this.#waiting.clear();
  }

  #listen(port) {
    return new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  #take(socket) {
    socket.on("error", () => {});
    socket.once("close", () => this.#waiting.delete(socket));
    if (this.#isCut) this.#waiting.add(socket.pause());
    else this.#connect(socket);
  }

  #connect(socket) {
    const other = connect(this.#to, "127.0.0.1").on("error", () => {});
    const pair = [socket, other];
    this.#pairs.add(pair);
    for (const end of pair)
      end.once("close", () => {
        // The other end hears of it only through a link that works.
        if (!this.#isCut) this.#part(pair);
      });
    this.#join(pair);
  }

  #join(pair) {
    const [one, other] = pair;
    if (one.destroyed || other.destroyed) return this.#part(pair);
    one.pipe(other);
    other.pipe(one);
  }

  #part(pair) {
    this.#pairs.delete(pair);
    for (const end of pair) end.destroy();
  }
}
