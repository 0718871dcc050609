export type Memo<T> = {
  get(key: string): { readonly value: T; readonly ageMs: number } | undefined;
  set(key: string, value: T): void;
};

/** Remembers a value a key; the longest unchanged ones go when there are too many. */
export function createMemo<T>(most: number): Memo<T> {
  const known = new Map<string, { readonly value: T; readonly at: number }>();
  return {
    get(key) {
      const found = known.get(key);
      return found === undefined
        ? undefined
        : { value: found.value, ageMs: performance.now() - found.at };
    },
    set(key, value) {
      known.delete(key);
      known.set(key, { value, at: performance.now() });
      for (const oldest of known.keys()) {
        if (known.size <= most) break;
        known.delete(oldest);
      }
    },
  };
}

/** The part of a memory that belongs to somebody. */
export function within<T>(memo: Memo<T>, owner: string): Memo<T> {
  return {
    get: (key) => memo.get(`${owner} ${key}`),
    set: (key, value) => memo.set(`${owner} ${key}`, value),
  };
}
