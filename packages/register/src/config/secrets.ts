/** Names of variables, options, headers and parameters that hold what nobody else may know. */
const telling =
  /key|token|secret|passw|pwd|credential|auth|cookie|session|signature|\bsig\b|\bpat\b/i;

/** What is shorter says little, and would be found in every other word. */
const fewestCharacters = 6;

/**
 * The texts that must stand in no log and in no answer of ours: what was filled in, and what stands under a
 * telling name.
 */
export function secretsOfCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  filledIn: readonly string[],
): readonly string[] {
  const found = [
    ...filledIn.flatMap(withoutScheme),
    ...Object.entries(env).flatMap(([name, value]) =>
      telling.test(name) ? withoutScheme(value) : passwordsIn(value),
    ),
    ...secretArgs(args).map((at) => args[at]?.replace(/^--?[\w-]+=/, "") ?? ""),
    ...args.flatMap(passwordsIn),
  ];
  const secrets = new Set(found.filter((one) => one.trim().length >= fewestCharacters));
  // The longest first: one may be part of another.
  return [...secrets].sort((one, other) => other.length - one.length);
}

/** Where among the arguments something stands that may be a secret. */
export function secretArgs(args: readonly string[]): readonly number[] {
  return args.flatMap((arg, at) => {
    const [, name, value] = /^--?([\w-]+)=(.*)$/s.exec(arg) ?? [];
    if (name !== undefined) return telling.test(name) && value !== "" ? [at] : [];
    const before = args[at - 1] ?? "";
    const isNamed = /^--?[\w-]+$/.test(before) && telling.test(before) && !arg.startsWith("-");
    return isNamed || looksSecret(arg) || passwordsIn(arg).length > 0 ? [at] : [];
  });
}

/** Whether a name says that its value is a secret. */
export function isTelling(name: string): boolean {
  return telling.test(name);
}

/** Forms that services give their keys, and long words of letters and digits mixed. */
export function looksSecret(value: string): boolean {
  if (
    /^(sk|pk|rk|ghp|gho|ghs|ghu|glpat|xox[abprs]|github_pat|AKIA|AIza|ya29)[-_A-Za-z0-9]{10,}/.test(
      value,
    )
  )
    return true;
  return (
    /^[A-Za-z0-9+/_=-]{24,}$/.test(value) &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !value.includes("/")
  );
}

/** What a URL holds that must not be seen: a password, or parameters of a telling name. */
export function secretsOfUrl(text: string): readonly string[] {
  const url = new URL(text);
  const parameters = [...url.searchParams].filter(
    ([name, value]) => value !== "" && (telling.test(name) || looksSecret(value)),
  );
  return [
    ...passwordsIn(text),
    ...parameters.flatMap(([, value]) => [value, encodeURIComponent(value)]),
  ];
}

/** `Bearer abc` is a secret for its second word. */
function withoutScheme(value: string): readonly string[] {
  const [, bare] = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S.*)$/i.exec(value) ?? [];
  return bare === undefined ? [value, ...passwordsIn(value)] : [bare];
}

/** The user and the password of every URL in a text. */
function passwordsIn(text: string): string[] {
  return [...text.matchAll(/:\/\/([^/\s:@]*):([^/\s@]+)@/g)].flatMap(([, , password = ""]) => [
    password,
    decoded(password),
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
