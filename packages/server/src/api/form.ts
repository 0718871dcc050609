import { HubError } from "@hub/core";
import type { FormFields } from "./body.js";

const lists = new Set(["tags", "candidates"]);
const structured = new Set(["metadata", "icons", "lease"]);

function invalid(detail: string): HubError {
  return new HubError("INVALID_REQUEST", detail);
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text, (key, member) => {
      if (key === "__proto__") throw new TypeError("proto");
      return member;
    });
  } catch {
    throw invalid(`The form field \`${name}\` must be JSON.`);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text.trim())) return Number(text);
  throw invalid(
    `The form field \`${name}\` must be a whole number, got ${JSON.stringify(text.slice(0, 40))}.`,
  );
}

/**
 * A registration that came as a form, in the shape of the JSON one. Lists may be repeated fields or
 * one with commas; an empty field counts as not given, because form encoders send nothing that way.
 */
export function registrationFromForm(fields: FormFields): Record<string, unknown> {
  if (fields[0]?.[0].trimStart().startsWith("{") === true)
    throw invalid("The form looks like JSON. Send it with Content-Type: application/json.");
  const found = new Map<string, unknown>();
  for (const [rawName, value] of fields) {
    const name = rawName.replace(/\[\]$/, "");
    if (name === "__proto__") throw invalid("The form may not hold a field named `__proto__`.");
    if (lists.has(name)) {
      const parts = value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");
      // The list under this name was made two lines below.
      const list = (found.get(name) as string[] | undefined) ?? [];
      if (parts.length > 0) found.set(name, [...list, ...parts]);
      continue;
    }
    if (found.has(name)) throw invalid(`The form field \`${name.slice(0, 60)}\` came twice.`);
    if (value === "" && !["name", "transport", "endpoint"].includes(name)) continue;
    if (name === "lease.ttlMs") found.set("lease", { ttlMs: wholeNumber(name, value) });
    else found.set(name, structured.has(name) ? json(name, value) : value);
  }
  return Object.fromEntries(found);
}
