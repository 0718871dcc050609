import { type Action, actions, type Grant, policyOf } from "@hub/core/access";
import { type Claims, valuesOf } from "./claims.js";

/** An action as an OAuth scope. */
export const scopeOf = (action: Action) => `hub:${action}`;

/** The actions that a list of scopes names, as OAuth writes it. */
export function actionsIn(scopes: string): readonly Action[] {
  const named = new Set(scopes.split(" "));
  return actions.filter((action) => named.has(scopeOf(action)));
}

/** The scopes of a token: `scope` (RFC 9068), or `scp`, as some issuers write it. */
export function scopesOf(claims: Claims): string {
  return [...valuesOf(claims, "scope"), ...valuesOf(claims, "scp")].join(" ");
}

const includes = (wide: Action, narrow: Action) =>
  policyOf({ grants: [{ action: wide }] }).mayAtAll(narrow);

/** What both of two actions allow; undefined when that is nothing. */
function common(one: Action, other: Action): Action | undefined {
  if (includes(one, other)) return other;
  return includes(other, one) ? one : undefined;
}

/** What is left of grants when no more than some actions is allowed. */
export function narrowedTo(allowed: readonly Action[], grants: readonly Grant[]): Grant[] {
  return grants.flatMap((grant) => {
    const left = new Set(allowed.flatMap((one) => common(grant.action, one) ?? []));
    // What a wider one includes goes without saying.
    const isSaid = (action: Action) =>
      [...left].some((wider) => wider !== action && includes(wider, action));
    return [...left].filter((action) => !isSaid(action)).map((action) => ({ ...grant, action }));
  });
}
