import { errorText, type JsonRpcId } from "@hub/mcp";
import { failureError, type GatewayFailure } from "../errors.js";

/** Ids of servers stand before the colon in the ids of events, and are not empty: see `mappedId`. */
const mark = ":";
/** The id comes back in a header. */
const longestId = 256;

/**
 * The id of the first event on the stream of a call, where the server gave none. SDKs that lost the stream come back
 * with it, at whichever hub, and hear that the call is lost; without it they wait until its time is up.
 */
export function streamIdOf(call: JsonRpcId): string | undefined {
  const id = Buffer.from(JSON.stringify(call)).toString("base64url");
  return id.length > longestId ? undefined : `${mark}${id}`;
}

/** The call whose stream broke off after that event; undefined when it is no such id. */
export function callOf(lastEventId: string): JsonRpcId | undefined {
  if (!lastEventId.startsWith(mark)) return undefined;
  try {
    const id: unknown = JSON.parse(
      Buffer.from(lastEventId.slice(mark.length), "base64url").toString(),
    );
    return typeof id === "string" || typeof id === "number" ? id : undefined;
  } catch {
    return undefined;
  }
}

const brokeOff: GatewayFailure = {
  code: "CONNECTION_LOST",
  cause:
    "the stream on which the answer was to come broke off, and what it had not brought is lost.",
  fix: "Look at what the server did. Start the call again only if it is safe to run it twice.",
  mayHaveRun: true,
};

/** What is said of a call whose stream broke off. */
export function brokeOffText(call: JsonRpcId): string {
  return errorText(call, failureError(brokeOff));
}
