import { useSyncExternalStore } from "react";

/** A value that this browser keeps between visits, and that all of its tabs share. */
export type Stored<Value> = {
  get(): Value;
  set(value: Value): void;
  /** The value, anew whenever it changes, here or in another tab. */
  use(): Value;
};

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    // A browser that stores nothing, or what somebody else wrote there.
    return null;
  }
}

/**
 * A value under a key of `localStorage`, as JSON. `parse` takes what is found there, which anybody may have written, and
 * null for nothing. Where nothing can be stored, the value lives as long as the page.
 */
export function stored<Value>(key: string, parse: (found: unknown) => Value): Stored<Value> {
  let value: Value | undefined;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const get = () => {
    value ??= parse(read(key));
    return value;
  };
  addEventListener("storage", (event) => {
    if (event.key !== key && event.key !== null) return;
    value = undefined;
    tell();
  });
  return {
    get,
    set(next) {
      value = next;
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {}
      tell();
    },
    use: () =>
      useSyncExternalStore((listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }, get),
  };
}
