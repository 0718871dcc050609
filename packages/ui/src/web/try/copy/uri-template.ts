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

/** The URI with texts for its variables; a variable without a text is left out. */
export function expandTemplate(
  template: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  return template.replace(expression, (_, operator: string, names: string) => {
    const [first, between] = starts[operator] ?? ["", ","];
    const isNamed = [";", "?", "&"].includes(operator);
    const encode = operator === "+" || operator === "#" ? encodeURI : strict;
    const written = partOf(operator, names).names.flatMap(({ name, most }) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) return [];
      const text = encode(most === undefined ? value : value.slice(0, most));
      if (!isNamed) return [text];
      return [operator === ";" && text === "" ? name : `${name}=${text}`];
    });
    return written.length === 0 ? "" : first + written.join(between);
  });
}
