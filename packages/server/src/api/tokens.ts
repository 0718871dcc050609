import { createToken, listTokens, revokeToken, whoAmI } from "@hub/api";
import { openPrincipal } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import { isExpired, type KnownToken } from "../access/tokens/known-token.js";
import { grantView, tokenView } from "../access/tokens/token-view.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

const refusedFromNowOn =
  "From now on this hub asks everybody for a token: agents and servers that send none are refused, but for heartbeats of servers that are registered. Set MCP_HUB_TOKEN for them.";

/** Two may share a name, as while one takes the place of another: then only their ids tell them apart. */
function namesakes(made: KnownToken, all: readonly KnownToken[], now: number): string | undefined {
  const { id, name } = made.record;
  const others = all
    .filter(({ record }) => record.id !== id && record.name === name && !isExpired(record, now))
    .map(({ record }) => record.id);
  if (others.length === 0) return undefined;
  const [who, it, its] =
    others.length === 1
      ? ["Another token has this name", "it", "its"]
      : ["Other tokens have this name", "them", "their"];
  return `${who}: ${others.join(", ")}. Revoke ${it} when this one has taken ${its} place; until then, only their ids tell them apart.`;
}

export function addTokenRoutes(app: HubApp, { gate, registry, tokens }: AppDeps): void {
  const view = (known: KnownToken) =>
    tokenView(known, registry.now().wall, tokens.lastUsedAt(known.record.id));

  serve(app, whoAmI, (call) => {
    const { kind, id, name, grants } = call.principal;
    const expiresAt = tokens.ofPrincipal(call.principal)?.record.expiresAt;
    return call.json(
      200,
      {
        kind,
        id,
        ...(name === undefined ? {} : { name }),
        grants: grants.map(grantView),
        ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
        isOpen: gate.isOpen,
      },
      { "cache-control": "no-store" },
    );
  });

  serve(app, listTokens, (call) => {
    requireMay(call.principal, "admin", "hub");
    return call.json(200, { tokens: tokens.list().map(view) }, { "cache-control": "no-store" });
  });

  serve(app, createToken, async (call) => {
    requireMay(call.principal, "admin", "hub");
    const input = call.body(await call.sent(parseJson));
    // And not whether it still is: another first token may have closed it.
    const wasOpen = call.principal === openPrincipal;
    const { known, token } = await tokens.create(input, askerOf(call), wasOpen);
    const notice = wasOpen
      ? refusedFromNowOn
      : namesakes(known, tokens.list(), registry.now().wall);
    return call.json(
      201,
      { ...view(known), token, ...(notice === undefined ? {} : { notice }) },
      { location: `/tokens/${known.record.id}`, "cache-control": "no-store" },
    );
  });

  serve(app, revokeToken, async (call) => {
    requireMay(call.principal, "admin", "hub");
    await tokens.revoke(call.params.id, gate.isConfiguredBeside(tokens), askerOf(call));
    return call.empty();
  });
}
