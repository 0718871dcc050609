import type { Finding } from "@hub/core";
import type { CredentialStanding } from "@hub/core/probing";
import { finding } from "./finding-subject.js";

/** How a server let the hub not in; `method`: what it refused, where that is not the handshake. */
export type TokenRefusal = {
  /** Of HTTP; missing when it says so in JSON-RPC. */
  readonly status?: number;
  readonly method?: string;
};

/** What is known beside the refusal. */
export type TokenContext = {
  readonly standing: CredentialStanding;
  /** The URL that was asked. */
  readonly url: string;
  readonly serverId?: string | undefined;
};

/** The finding for a server that answers, but refuses requests without a token, or with the hub's own. */
export function tokenFinding(
  refusal: TokenRefusal,
  { standing, url, serverId }: TokenContext = { standing: { kind: "none" }, url: "" },
): Finding {
  const { status, method } = refusal;
  const step = method === undefined ? "http" : "mcp";
  const how = status === undefined ? "a JSON-RPC error says so" : `HTTP ${status}`;
  const elsewhere =
    status === 401 || status === undefined
      ? ""
      : " If it should need no token, make it accept the hub's address and Host header, and look for a proxy or an allow list in front of it.";
  if (standing.kind === "sent") {
    const what = method === undefined ? "" : ` for ${method}`;
    return finding(
      step,
      "CREDENTIAL_REFUSED",
      `The server refused the hub's credential${what} (${standing.names.join(", ")}; ${how}).`,
      `Set one that is valid: ${setCommand(serverId, standing.names[0])}.${elsewhere}`,
    );
  }
  const cause =
    method === undefined
      ? `The server is alive, but it needs a token (${how}).`
      : `The server answers the handshake without a token, but it needs one for ${method} (${how}).`;
  const unsent = notSent(standing, url, serverId);
  if (unsent !== undefined)
    return finding(step, "CREDENTIAL_NOT_SENT", `${cause} ${unsent.cause}`, unsent.fix);
  return finding(
    step,
    "NEEDS_TOKEN",
    cause,
    `Give the hub a credential for it: ${setCommand(serverId)}. Or connect to it directly, with its own token in the client's headers: the page Connect and GET /config/{client}?via=direct have the configuration. The hub never passes on the token of a caller.${elsewhere}`,
  );
}

function setCommand(serverId = "<server>", name = "Authorization"): string {
  // The plain token is what people have at hand; `--header Authorization` wants its scheme too.
  const how = name.toLowerCase() === "authorization" ? "--bearer" : `--header ${name}`;
  return `\`mcp-hub credential set ${serverId} ${how}\``;
}

/** Why the hub does not send what it holds for a server, and what to do; undefined when there is nothing to say. */
export function notSent(
  standing: CredentialStanding,
  url: string,
  serverId = "<server>",
): Pick<Finding, "cause" | "fix"> | undefined {
  if (standing.kind === "none" || standing.kind === "sent") return undefined;
  const held = `The hub holds a credential for it (${standing.names.join(", ")}), but does not send it`;
  switch (standing.kind) {
    case "moved":
      return {
        cause: `${held}: it was given for ${standing.from.join(", ")}, and the server is at ${new URL(url).origin} now.`,
        fix: `If the server was moved there, confirm it: \`mcp-hub credential confirm ${serverId}\`. If it was not, find out who registered that endpoint.`,
      };
    case "unreadable":
      return {
        cause: `${held}: it was sealed with another key than the hub has.`,
        fix: `Put the key file back that the hub had (MCP_HUB_SECRET_KEY_FILE) and restart the hub, or set the credential again: ${setCommand(serverId, standing.names[0])}.`,
      };
    case "no-token":
      return {
        cause: `${held}: it got no token, because ${standing.why}.`,
        fix: "Check the issuer, and the id and secret of the client that the hub has there; then set the credential again. The hub asks again by itself.",
      };
  }
}
