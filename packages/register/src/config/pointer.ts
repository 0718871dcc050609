/** The value at a JSON pointer (RFC 6901), undefined where there is none. */
export function atPointer(value: unknown, pointer: string): unknown {
  const names = pointer.split("/").slice(1);
  return names.reduce((at: unknown, escaped) => {
    const name = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    const isHolder = typeof at === "object" && at !== null && Object.hasOwn(at, name);
    return isHolder ? (at as Readonly<Record<string, unknown>>)[name] : undefined; // just checked
  }, value);
}

/** The JSON pointer of a path. */
export function pointerTo(path: readonly (string | number)[]): string {
  return path
    .map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}
