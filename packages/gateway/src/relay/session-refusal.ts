import { codes, parseMessage } from "../wire/json-rpc.js";

/**
 * Whether an answer says that the server does not know the session, or wants one: then the call did not
 * run. The specification says 404; many servers answer 400 with a code of the SDKs.
 */
export function isSessionRefusal(status: number, data: string | undefined): boolean {
  if (status !== 400 && status !== 404) return false;
  const parsed = data === undefined ? undefined : parseMessage(data);
  const code = parsed?.kind === "response" ? parsed.message.error?.code : undefined;
  return code === codes.badRequest || code === codes.sessionNotFound;
}
