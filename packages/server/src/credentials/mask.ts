import type { Prober } from "@hub/core";

const mask = "[secret]";
/** Shorter ones are no secrets, and would tear other words apart. */
const shortest = 4;

/** In what forms a server may say a secret again: whole, without the word before it, and as in a URL. */
function formsOf(secret: string): string[] {
  const [first = "", ...rest] = secret.split(" ");
  const bare = rest.length === 0 ? [] : [rest.join(" ")];
  const plain = [secret, ...bare, ...(rest.length === 0 ? [first] : [])];
  const forms = plain.flatMap((one) => [
    one,
    encodeURIComponent(one),
    JSON.stringify(one).slice(1, -1),
  ]);
  return [...new Set(forms)].filter((one) => one.length >= shortest);
}

/** A value without some secrets: wherever one of them stands in a text of it, something else does. */
export function masked<Value>(value: Value, secrets: readonly string[]): Value {
  if (secrets.length === 0) return value;
  // The longest first, so that no part of one is left over.
  const forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length);
  // Texts stay texts, and everything else stays as it is, so the type holds.
  return maskedWith(value, forms) as Value;
}

function maskedWith(value: unknown, forms: readonly string[]): unknown {
  if (typeof value === "string")
    return forms.reduce((text, form) => text.replaceAll(form, mask), value);
  if (Array.isArray(value)) return value.map((item) => maskedWith(item, forms));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, maskedWith(item, forms)]);
  return Object.fromEntries(entries);
}

/**
 * A prober whose outcomes hold no secret of the hub's, though a server may have said it. What the server offers is
 * left as it is: it is not the hub's to change.
 */
export function maskingProber(
  prober: Prober,
  secretsOf: (serverId: string) => readonly string[],
): Prober {
  return {
    async probe(target, options) {
      const outcome = await prober.probe(target, options);
      const secrets = target.serverId === undefined ? [] : secretsOf(target.serverId);
      if (secrets.length === 0) return outcome;
      if (!outcome.ok) return masked(outcome, secrets);
      const { snapshot, ...rest } = outcome;
      return { ...masked(rest, secrets), ...(snapshot === undefined ? {} : { snapshot }) };
    },
  };
}
