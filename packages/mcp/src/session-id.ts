import { type Headers, headerOf } from "./http-headers.js";

/** Real ones have 20 to 60 characters; each is kept as long as its session lives. */
const mostCharacters = 1_024;
const visible = /^[\x21-\x7e]+$/;

/** The id that a server gave its session; what is wrong with it, when it is none that the hub keeps. */
export function sessionIdIn(headers: Headers): {
  readonly id?: string;
  readonly problem?: string;
} {
  const id = headerOf(headers, "mcp-session-id");
  if (id === undefined) return {};
  if (id.length > mostCharacters)
    return {
      problem: `it gave out a session id of ${id.length} characters; at most ${mostCharacters} can be kept`,
    };
  if (!visible.test(id))
    return { problem: "it gave out a session id that is not made of visible ASCII characters" };
  return { id };
}
