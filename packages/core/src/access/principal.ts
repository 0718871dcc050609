/** What can be done with a hub; as OAuth scopes they begin with `hub:`. */
export const actions = ["read", "register", "call", "admin"] as const;

/** One of them. */
export type Action = (typeof actions)[number];

/**
 * One thing that somebody may do, and with which servers. A part that is left out narrows nothing; of the parts
 * that are there, each must fit. In patterns `*` stands for any characters, also none.
 */
export type Grant = {
  readonly action: Action;
  /** Patterns of ids of servers, such as `payments-*`. */
  readonly servers?: readonly string[] | undefined;
  /** A server needs one of them. */
  readonly tags?: readonly string[] | undefined;
  /** Patterns of names of tools, as their server has them. A grant with them covers no prompt and no resource. */
  readonly tools?: readonly string[] | undefined;
  /** How many names may be registered with it. Default: as many as the hub gives each. */
  readonly mostServers?: number | undefined;
};

/** How the hub knows who is asking: not at all, by a token of its own, as a person, or as a program. */
export const principalKinds = ["anonymous", "token", "person", "workload"] as const;

/** Who is asking. */
export type Principal = {
  readonly kind: (typeof principalKinds)[number];
  /**
   * The same for as long as it is the same asker, and nobody else's: `token:<id>`, or issuer and subject. What
   * belongs to somebody belongs to this.
   */
  readonly id: string;
  /** How people know it: the name of the token, the e-mail address of the person. */
  readonly name?: string | undefined;
  readonly grants: readonly Grant[];
};

/** Who did something, as it is kept and shown: without what it may do. */
export type Actor = Pick<Principal, "kind" | "id" | "name">;

/** A principal without what it may do. */
export function actorOf({ kind, id, name }: Principal): Actor {
  return { kind, id, ...(name === undefined ? {} : { name }) };
}

/** Whoever asks a hub that has neither tokens nor an issuer, and so listens on loopback: it may do all. */
export const openPrincipal: Principal = {
  kind: "anonymous",
  id: "anonymous",
  grants: [{ action: "admin" }],
};

/** Whoever asks a hub that has tokens or an issuer, and says nothing of who it is. */
export const nobody: Principal = { kind: "anonymous", id: "nobody", grants: [] };
