/** Why signing in with the issuer did not work, as the hub says it in the address. */
export type SignInTrouble = "unavailable" | "refused" | "expired";

export type SignInSearch = {
  readonly problem?: SignInTrouble | undefined;
  /** Where the person wanted to go: a path of the hub. */
  readonly to?: string | undefined;
};

const troubles: readonly SignInTrouble[] = ["unavailable", "refused", "expired"];

/** Whether no reader of addresses could see more in it than a path of this hub. */
const isOwnPath = (text: string) => /^\/(?![/\\])[!-[\]-~]*$/.test(text);

/** What the address says; what it says wrongly counts as not said. */
export function readSignInSearch({ problem, to }: Readonly<Record<string, unknown>>): SignInSearch {
  return {
    problem: troubles.find((one) => one === problem),
    to: typeof to === "string" && isOwnPath(to) ? to : undefined,
  };
}
