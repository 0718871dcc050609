import type { LegacyIdentity } from "../upstream/initialize.js";
import { clientName } from "./modern-caller.js";

/**
 * What a client said of itself when it opened its session. Kept as one text for as long as that lives,
 * because the same as objects takes many times the memory, and read when a server is told.
 */
export class ClientIdentity implements LegacyIdentity {
  readonly protocolVersion: string;
  /** The name it gives itself, for people. */
  readonly name: string | undefined;
  readonly #text: string;

  constructor(protocolVersion: string, capabilities: object, clientInfo: unknown) {
    this.protocolVersion = protocolVersion;
    this.name = clientName(clientInfo);
    this.#text = JSON.stringify([capabilities, clientInfo]);
  }

  get bytes(): number {
    return Buffer.byteLength(this.#text);
  }

  get capabilities(): unknown {
    return this.#said[0];
  }

  get clientInfo(): unknown {
    return this.#said[1];
  }

  get #said(): readonly unknown[] {
    // What the constructor wrote.
    return JSON.parse(this.#text);
  }
}
