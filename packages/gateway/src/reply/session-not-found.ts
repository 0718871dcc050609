import { codes, type JsonRpcError } from "@hub/mcp";

/** For a session that is over, never was, or is somebody else's; HTTP 404. */
export const sessionNotFound: JsonRpcError = {
  code: codes.sessionNotFound,
  message: "Session not found: initialize again",
};
