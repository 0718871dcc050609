type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([^}]*)\}/g;
const variable = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s;

/**
 * A value of the file with the variables of the environment filled in; `problem`: why one could not be
 * filled in.
 */
export interface Expanded {
  readonly value: unknown;
  readonly problem?: string | undefined;
}

/**
 * Puts variables in place in every text of a value, as clients do: `${NAME}`, `${env:NAME}`, and with what
 * stands for one that is not set, `${NAME:-other}`.
 */
export function expand(value: unknown, environment: Environment): Expanded {
  let problem: string | undefined;
  const place = (whole: string, inside: string): string => {
    const [, name, other] = variable.exec(inside) ?? [];
    const known = name === undefined ? undefined : (environment[name] ?? other);
    problem ??= known === undefined ? problemWith(whole, name) : undefined;
    return known ?? whole;
  };
  const within = (part: unknown): unknown => {
    if (typeof part === "string") return part.replace(reference, place);
    if (Array.isArray(part)) return part.map(within);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, within(member)]));
  };
  return { value: within(value), problem };
}

function problemWith(reference: string, name: string | undefined): string {
  return name === undefined
    ? `Only a client can fill in ${reference}: write the value, or name an environment variable`
    : `${reference} is not set in the environment`;
}
