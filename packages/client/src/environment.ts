/** A variable of the environment; empty means not set. */
export function environment(name: string): string | undefined {
  // Absent in a browser, and there is no other way to ask than to look.
  const value = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process
    ?.env?.[name];
  return value === "" ? undefined : value;
}
