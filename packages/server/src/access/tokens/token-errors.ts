import { HubError } from "@hub/core";

/** Why a token is not made or revoked, in the words of the answer. */

export const firstMustAdminister = () =>
  new HubError(
    "INVALID_REQUEST",
    "The first token must have the grant `admin`, narrowed to nothing: from then on, nobody without a token can make another.",
    { problems: [{ pointer: "/grants", detail: "must hold `admin` in the first token" }] },
  );

export const alreadyExpired = () =>
  new HubError("INVALID_REQUEST", "expiresAt must be in the future.", {
    problems: [{ pointer: "/expiresAt", detail: "must be in the future" }],
  });

export const isInFile = (id: string) =>
  new HubError(
    "INVALID_REQUEST",
    `The token "${id}" is in MCP_HUB_TOKENS_FILE. Take it out there; the hub reads the file again at once.`,
  );

export const lastAdmin = () =>
  new HubError(
    "INVALID_REQUEST",
    "This is the last token that may administer the hub. Make another before you revoke it. To switch access off, stop the hub and revoke its tokens with `mcp-hub token revoke`.",
  );

export const tokenNotFound = (id: string) =>
  new HubError(
    "TOKEN_NOT_FOUND",
    `No token has the id ${JSON.stringify(id.slice(0, 100))}. GET /tokens lists those that exist.`,
  );

export const tooManyTokens = (most: number) =>
  new HubError(
    "REGISTRY_FULL",
    `The hub keeps at most ${most} tokens. Revoke some that nobody uses.`,
  );
