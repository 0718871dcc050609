import { createRequire } from "node:module";
import type * as undici from "undici";

/**
 * The parts of undici that calls need. All of undici, with fetch, WebSocket, caches and mocks, costs every
 * start of the hub 70 ms of CPU and 9 MB that it keeps. These files are no part of what undici promises to
 * keep, so its version is pinned, and a test holds them against what the package exports.
 */
const load = createRequire(import.meta.url);

// Each file has one thing, which the package exports under a name of its own; so this is its type.
export const Agent = load("undici/lib/dispatcher/agent.js") as typeof undici.Agent;
/** Sends a request and resolves with its answer, as the method `request` of `Dispatcher` does. */
export const sendBy = load("undici/lib/api/api-request.js") as SendBy;
// As above.
export const { parseHeaders } = load("undici/lib/core/util.js") as typeof undici.util;

/** All of it: only who needs its fetch pays for that. */
export const wholeUndici = () => load("undici") as typeof undici;

export type { Dispatcher } from "undici";

type SendBy = (
  this: undici.Dispatcher,
  options: undici.Dispatcher.RequestOptions,
) => Promise<undici.Dispatcher.ResponseData>;
