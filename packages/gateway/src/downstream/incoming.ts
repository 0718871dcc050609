import type { IncomingMessage, ServerResponse } from "node:http";
import type { BudgetBook } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type { Selection } from "../catalogue/selection.js";
import type { WhileOpen } from "../reply/while-open.js";

/** A request of a client as it came in, with what it may see and where its answer goes. */
export type Incoming = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Who is asking: it may call something. */
  readonly principal: Principal;
  /** The address that it asks from, which proxies that the hub knows may have told. Undefined: it is not known. */
  readonly from: string | undefined;
  /** Who that is when the hub shares out what it has: see `peerOf`. */
  readonly peer: string;
  /** What it may call of what the endpoint shows. */
  readonly selection: Selection;
  /** The selection as it is later, for whoever asks then: a toolset may change, and so may what somebody may call. */
  readonly selectionFor: (principal: Principal) => Selection;
  /** Its URL asks for 2026-07-28, so that is offered whatever the servers keep. */
  readonly wantsModern: boolean;
  readonly via: string | undefined;
  readonly budgets: BudgetBook;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** What it came with ends before who is asking does, such as a sign-in at a page. Undefined: it does not. */
  readonly whileOpen: WhileOpen | undefined;
  /** Tells of a fault of the hub's own, and answers with it where nothing was sent yet. */
  readonly onFault: (error: unknown) => void;
};
