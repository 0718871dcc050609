/** Names of variables that hold what nobody else should read. */
const secretName = /TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL/i;
/** A shorter value is no secret, and would blacken half of a log. */
const shortest = 4;
/** Of a value with several lines, such as a key file, those that say something. */
const shortestLine = 8;

const mask = "***";

/** Makes texts harmless: see `createMask` and `maskOf`. */
export type Mask = (text: string) => string;

/**
 * Replaces, in what a program printed, the values of all variables whose names look like secrets (TOKEN, KEY,
 * SECRET, PASSWORD and the like), and `secrets`, as `maskOf` does. It knows no other secrets.
 */
export function createMask(
  environment: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[] = [],
): Mask {
  const ofVariables = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) ? [value] : [],
  );
  return maskOf([...ofVariables, ...secrets]);
}

/** Replaces secrets, also as they stand in URLs, in JSON and in Base64, and the passwords in URLs. */
export function maskOf(secrets: readonly string[]): Mask {
  const values = secrets.flatMap(spellingsOf);
  // A secret that holds another one goes first, or its rest would stay.
  const sorted = [...new Set(values)].sort((one, other) => other.length - one.length);
  return (text) => {
    let masked = text;
    for (const value of sorted) masked = masked.replaceAll(value, mask);
    return masked.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${mask}@`);
  };
}

/** How a secret may stand in a text: as it is, in URLs, in JSON and in Base64. Of a short one there are none. */
export function spellingsOf(secret: string): readonly string[] {
  const value = secret.trim().toWellFormed();
  if (value.length < shortest) return [];
  const lines = value.split(/\r?\n/).filter((line) => line.length >= shortestLine);
  return [
    ...(value.includes("\n") ? lines : [value]),
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...[0, 1, 2]
      .map((before) => inBase64(value, before))
      .filter((part) => part.length >= shortestLine)
      .flatMap((part) => [part, part.replaceAll("+", "-").replaceAll("/", "_")]),
  ];
}

/** What is the same of a value in Base64 whatever follows it, after so many bytes of something else. */
function inBase64(value: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
  const first = Math.ceil((before * 8) / 6);
  return bytes.toString("base64").slice(first, Math.floor((bytes.length * 8) / 6));
}
