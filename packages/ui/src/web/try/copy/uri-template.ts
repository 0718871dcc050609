type Part = {
  readonly operator: string;
  readonly names: readonly { readonly name: string; readonly most: number | undefined }[];
};

const expression = /\{([+#./;?&]?)([^{}]*)\}/g;

function partOf(operator: string, names: string): Part {
  return {
    operator,
    names: names.split(",").map((one) => {
      const [, name = "", most] = /^(.*?)(?:\*|:(\d+))?$/.exec(one.trim()) ?? [];
      return { name, most: most === undefined ? undefined : Number(most) };
    }),
  };
}

/** The names of the variables of a URI template (RFC 6570), each once, in order. */
export function templateVariables(template: string): readonly string[] {
  const found = [...template.matchAll(expression)].flatMap(([, operator = "", names = ""]) =>
    partOf(operator, names).names.map(({ name }) => name),
  );
  return [...new Set(found)].filter((name) => name !== "");
}

/** Those without which the URI would be another one; what is in a query or a fragment can be left out. */
export function neededVariables(template: string): readonly string[] {
  const needed = [...template.matchAll(expression)].filter(([, operator = ""]) =>
    ["", "+", "/"].includes(operator),
  );
  return templateVariables(needed.map(([whole]) => whole).join(""));
}

const starts: Readonly<Record<string, readonly [first: string, between: string]>> = {
  "": ["", ","],
  "+": ["", ","],
  "#": ["#", ","],
  ".": [".", "."],
  "/": ["/", "/"],
  ";": [";", ";"],
  "?": ["?", "&"],
  "&": ["&", "&"],
};

/** Characters that are more than the encoder of the browser leaves alone. */
const strict = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Leaves what has a meaning in a URI, and what is encoded already. */
const lenient = (text: string) =>
  text.replace(/%[0-9a-f]{2}|[^%]+|%/gi, (part) =>
    /^%./.test(part) ? part : encodeURI(part).replaceAll("%5B", "[").replaceAll("%5D", "]"),
  );

/** The URI with texts for its variables; a variable without a text is left out. */
export function expandTemplate(
  template: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  return template.replace(expression, (_, operator: string, names: string) => {
    const [first, between] = starts[operator] ?? ["", ","];
    const isNamed = [";", "?", "&"].includes(operator);
    const encode = operator === "+" || operator === "#" ? lenient : strict;
    const written = partOf(operator, names).names.flatMap(({ name, most }) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) return [];
      // Half of a pair of surrogates cannot be encoded.
      const whole = value.toWellFormed();
      const text = encode(most === undefined ? whole : [...whole].slice(0, most).join(""));
      if (!isNamed) return [text];
      return [operator === ";" && text === "" ? name : `${name}=${text}`];
    });
    return written.length === 0 ? "" : first + written.join(between);
  });
}
