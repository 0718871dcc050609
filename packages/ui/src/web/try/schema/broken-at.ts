const space = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has them escaped in its texts
const name = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Broken extends Error {
  constructor(readonly at: number) {
    super();
  }
}

/** Where a text stops being JSON; browsers say so only for some mistakes. Undefined for JSON. */
export function brokenAt(text: string): number | undefined {
  let at = 0;
  const skip = (what: RegExp) => {
    what.lastIndex = at;
    const found = what.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found !== undefined;
  };
  const take = (sign: string) => {
    skip(space);
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const must = (isThere: boolean) => {
    if (!isThere) throw new Broken(at);
  };
  const several = (end: string, one: () => void) => {
    if (take(end)) return;
    do one();
    while (take(","));
    must(take(end));
  };
  const value = () => {
    if (take("{"))
      return several("}", () => {
        skip(space);
        must(skip(name));
        must(take(":"));
        value();
      });
    if (take("[")) return several("]", value);
    skip(space);
    return must(skip(name) || skip(plain));
  };
  try {
    value();
    skip(space);
    return at === text.length ? undefined : at;
  } catch (error) {
    return error instanceof Broken ? error.at : undefined;
  }
}
