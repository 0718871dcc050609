import {
  createRequestStateCodec,
  InMemoryServerEventBus,
  type RequestStateCodec,
  type ServerEventBus,
} from "@modelcontextprotocol/server";

/** What a tool writes down between two rounds of a question. The client carries it, sealed. */
export interface Notes {
  readonly tool: string;
  readonly round: number;
  readonly name?: string;
}

/** What all instances of the server share: one is made for each session and each stateless request. */
export interface Shared {
  readonly name: string;
  /** Changes published here reach the clients of both eras. */
  readonly changes: ServerEventBus;
  /** Seals notes, so that a client that alters them is refused. */
  readonly notes: RequestStateCodec<Notes>;
}

export function createShared(name: string): Shared {
  return {
    name,
    changes: new InMemoryServerEventBus(),
    notes: createRequestStateCodec<Notes>({ key: crypto.getRandomValues(new Uint8Array(32)) }),
  };
}
