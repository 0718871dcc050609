import type { Grant, Principal } from "@hub/core/access";
import type { TestHubOptions } from "@hub/testing";

type Access = NonNullable<TestHubOptions["access"]>;

/** Tokens whose grants a test changes while the hub runs. `admin` may do all. */
export class Callers {
  readonly #principals = new Map<string, Principal>();
  readonly access: Access = {
    authenticators: [
      {
        isConfigured: true,
        authenticate: (_, bearer) =>
          bearer === undefined ? undefined : this.#principals.get(bearer),
      },
    ],
  };

  constructor(tokens: Readonly<Record<string, readonly Grant[]>> = {}) {
    this.may("admin", { action: "admin" });
    for (const [token, grants] of Object.entries(tokens)) this.may(token, ...grants);
  }

  /** From now on, who sends this token may do this. */
  may(token: string, ...grants: readonly Grant[]): Principal {
    const principal = { kind: "token", id: `test:${token}`, name: token, grants } as const;
    this.#principals.set(token, principal);
    return principal;
  }
}
