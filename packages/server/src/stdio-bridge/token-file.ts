import { readFileSync } from "node:fs";

/** There is no token to send: nothing was sent, so nothing can have run. */
export class NoToken extends Error {}

/** What says the token of each request; undefined where none is sent. Throws `NoToken`. */
export type TokenSource = () => string | undefined;

/** In characters; a token is much shorter. */
const mostTokenLength = 16_384;

/**
 * The token in a file, which is read each time: whoever mounts such a token replaces it before it expires. `named`:
 * what named the file, for people.
 */
export function tokenInFile(file: string, named: string): TokenSource {
  return () => {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new NoToken(`${named}: ${error instanceof Error ? error.message : error}`);
    }
    const token = text.trim();
    if (token.length > mostTokenLength || !/^[\x21-\x7e]+$/.test(token))
      throw new NoToken(`${named}: ${file} holds no token`);
    return token;
  };
}

/** A token itself, or else the file of MCP_HUB_TOKEN_FILE; undefined where neither is given. */
export function tokenSource(
  token: string | undefined,
  file: string | undefined,
): TokenSource | undefined {
  if (token !== undefined) return () => token;
  return file === undefined ? undefined : tokenInFile(file, "MCP_HUB_TOKEN_FILE");
}
