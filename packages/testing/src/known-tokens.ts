import type { Grant } from "@hub/core/access";
import type { AccessOptions } from "@hub/server";

/**
 * Access for those who send one of some tokens, each with its grants. The id of the principal is `test:` and the
 * token. Other tokens are unknown.
 */
export function knownTokens(tokens: Readonly<Record<string, readonly Grant[]>>): AccessOptions {
  const principals = new Map(
    Object.entries(tokens).map(([token, grants]) => [
      token,
      { kind: "token", id: `test:${token}`, name: token, grants } as const,
    ]),
  );
  return {
    authenticators: [
      {
        isConfigured: true,
        authenticate: (_, bearer) => (bearer === undefined ? undefined : principals.get(bearer)),
      },
    ],
  };
}
