import {
  createToken,
  listTokens,
  revokeToken,
  type TokenView,
  type Unchanging,
  whoAmI,
} from "@hub/api";
import type { Grant } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import type { KnownToken } from "../access/tokens/known-token.js";
import { isExpired } from "../access/tokens/tokens.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

const refusedFromNowOn =
  "From now on this hub asks everybody for a token: agents and servers that send none are refused, but for heartbeats of servers that are registered. Set MCP_HUB_TOKEN for them.";

/** A grant with the parts that it has. */
const grantView = ({ action, servers, tags, tools }: Grant) => ({
  action,
  ...(servers === undefined ? {} : { servers }),
  ...(tags === undefined ? {} : { tags }),
  ...(tools === undefined ? {} : { tools }),
});

export function addTokenRoutes(app: HubApp, { gate, registry, tokens }: AppDeps): void {
  const view = ({ record, source }: KnownToken): Unchanging<TokenView> => {
    const { id, name, grants, createdAt, createdBy, expiresAt } = record;
    const lastUsedAt = tokens.lastUsedAt(id);
    return {
      id,
      name,
      grants: grants.map(grantView),
      source,
      ...(source === "file" ? {} : { createdAt: instant(createdAt), createdBy }),
      ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
      isExpired: isExpired(record, registry.now().wall),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt: instant(lastUsedAt) }),
    };
  };

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
    const input = call.body(await parseJson(call.context.req.raw));
    const wasOpen = gate.isOpen;
    const { known, token } = await tokens.create(input, call.principal, wasOpen);
    return call.json(
      201,
      { ...view(known), token, ...(wasOpen ? { notice: refusedFromNowOn } : {}) },
      { location: `/tokens/${known.record.id}`, "cache-control": "no-store" },
    );
  });

  serve(app, revokeToken, async (call) => {
    requireMay(call.principal, "admin", "hub");
    await tokens.revoke(call.params.id, gate.isConfiguredBeside(tokens));
    return call.empty();
  });
}
