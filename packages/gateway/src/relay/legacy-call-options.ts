import type { Entry } from "@hub/core";
import type { HeaderParameter, JsonRpcRequest } from "@hub/mcp";
import type { MayWait } from "../calls/may-wait.js";
import type { Rewrites } from "../catalogue/uri-rewriting.js";
import type { Reply } from "../reply/reply.js";
import type { ClientSession } from "../session/client-session.js";

/** What a client of a 2025 revision asks of a server, whatever revision that speaks. */
export type LegacyCallOptions = MayWait & {
  readonly session: ClientSession;
  readonly entry: Entry;
  /** As its server shall see it, under the client's own id. */
  readonly request: JsonRpcRequest;
  /** The same as the client wrote it, where a 2025 server can have it so. */
  readonly text?: string | undefined;
  /** Its arguments as the client wrote them, for servers of either kind. */
  readonly argumentsText: () => string | undefined;
  readonly name: string | undefined;
  readonly headers: readonly HeaderParameter[];
  readonly reply: Reply;
  readonly rewrites: Rewrites | undefined;
  /** Takes the response instead of the reply; for answers that must be looked at. */
  readonly onResponse?: ((text: string) => void) | undefined;
};
