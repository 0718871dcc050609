import type { Template } from "./template.js";

/** Names of variables, options, headers and parameters that hold what nobody else may know. */
const telling =
  /key|token|secret|passw|pwd|credential|auth|cookie|session|signature|(?<![a-z])(?:sig|pat)(?![a-z])/i;

/** What is shorter says little, and would be found in every other word. */
const fewestCharacters = 6;

/** Stands for a reference where the text beside it is judged: no secret, and a part of any. */
const stand = "reference";

/**
 * What of a text is a secret that stands there itself, beside what is to be filled in.
 * @param isNamed Whether it stands under a telling name.
 */
export function ownSecrets({ parts }: Template, isNamed: boolean): readonly string[] {
  const plain = parts.map((part) => (typeof part === "string" ? part : stand)).join("");
  const besides = (texts: readonly string[]) =>
    texts.flatMap((text) => text.split(stand)).filter((text) => text.trim() !== "");
  const value = plain.replace(/^(?:--?)?[\w-]+=/, "");
  const inUrl = besides([...passwordsIn(plain), ...secretsOfUrlIn(value)]);
  if (value.includes("://")) return inUrl;
  const named = isNamed ? besides(valuesIn(plain)) : [];
  return [
    ...inUrl,
    ...named.filter((text) => text.trim().length >= fewestCharacters),
    ...besides(plain.split(/[\s=:,;/]+/)).filter(looksSecret),
  ];
}

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
      telling.test(name) ? withoutScheme(value) : [...passwordsIn(value), ...secretsOfUrlIn(value)],
    ),
    ...secretArgs(args).flatMap((at) => valuesIn(args[at] ?? "")),
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
    return isNamed || looksSecret(arg) || namesItsValue(arg) || holdsSecret(arg) ? [at] : [];
  });
}

/** `DB_PASSWORD=abc`, as `docker run -e` takes it, and `Authorization: Bearer abc`, as `mcp-remote --header` does. */
const named = /^([\w-]+)(?:=|:\s*)(.+)$/s;

function namesItsValue(arg: string): boolean {
  const [, name = "", value = ""] = named.exec(arg) ?? [];
  return telling.test(name) && !value.startsWith("//");
}

const hasSecretUrl = (text: string) =>
  /^\w+:\/\//.test(text) && URL.canParse(text) && secretsOfUrl(text).length > 0;

/** Whether a secret stands in a text that is none itself, as in a URL or a connection string. */
export function holdsSecret(text: string): boolean {
  return passwordsIn(text).length > 0 || hasSecretUrl(text);
}

/** What of an argument is the secret: of one that names its value, the value. */
function valuesIn(arg: string): readonly string[] {
  const option = arg.replace(/^--?[\w-]+=/, "");
  if (hasSecretUrl(option)) return secretsOfUrl(option);
  const value = namesItsValue(option) ? (named.exec(option)?.[2] ?? "") : option;
  return withoutScheme(value);
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

/** What a URL holds that must not be seen: a password, parameters of a telling name, and parts of its path that look like a key. */
export function secretsOfUrl(text: string): readonly string[] {
  const url = new URL(text);
  const parameters = [...url.searchParams].filter(
    ([name, value]) => value !== "" && (telling.test(name) || looksSecret(value)),
  );
  return [
    ...passwordsIn(text),
    ...url.pathname
      .split("/")
      .filter(isKeyInPath)
      .flatMap((part) => [part, decoded(part)]),
    ...parameters.flatMap(([, value]) => [value, encodeURIComponent(value)]),
  ];
}

const secretsOfUrlIn = (text: string) => (hasSecretUrl(text) ? secretsOfUrl(text) : []);

/** Services give out addresses with a key as a part of the path. A name of many words is none. */
function isKeyInPath(part: string): boolean {
  return (
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(part) ||
    (looksSecret(part) && part.split(/[-_.]/).some((word) => word.length >= 16 && /\d/.test(word)))
  );
}

/** `Bearer abc` is a secret for its second word. */
function withoutScheme(value: string): readonly string[] {
  const [, bare] = /^(?:Bearer|Basic|Token|ApiKey)\s+(\S.*)$/i.exec(value) ?? [];
  return bare === undefined ? [value, ...passwordsIn(value)] : [bare];
}

/** The passwords of the URLs and connection strings in a text. */
function passwordsIn(text: string): string[] {
  const ofUrls = [...text.matchAll(/:\/\/([^/\s:@]*):([^/\s@]+)@/g)];
  const ofStrings = [
    ...text.matchAll(/(?:^|;)\s*(?:password|pwd|\w*accesskey|accountkey)\s*=\s*([^;]+)/gi),
  ];
  return [
    ...ofUrls.flatMap(([, , password = ""]) => [password, decoded(password)]),
    ...ofStrings.map(([, password = ""]) => password.trim()),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
