// A plain BM25 over all that a tool says of itself as one text: what the search must not fall behind.

const saturation = 1.2;
const lengthPenalty = 0.75;
const emptyWords = new Set(
  `a an and any are as at be by can could do for from give have how i if in is it me my of on or our please
  should so some that the their them there these this to us was we what when where which who will with would
  you your`.split(/\s+/),
);

function wordsOf(text) {
  const parts = text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (parts ?? []).filter((word) => !emptyWords.has(word)).map(withoutEnding);
}

const withoutEnding = (word) => word.replace(/^(.{3,}?)(?:ations?|ions?|ings?|ed|es|e|s)$/, "$1");

/** Every text in a schema: names, descriptions and values of parameters. */
function textOf(schema) {
  if (typeof schema === "string") return schema;
  if (typeof schema !== "object" || schema === null) return "";
  const { properties, items, description, enum: values } = schema;
  const own = [description, ...(Array.isArray(values) ? values : [])];
  const inner = Object.entries(properties ?? {}).flatMap(([name, one]) => [name, textOf(one)]);
  return [...own.filter((one) => typeof one === "string"), ...inner, textOf(items)].join(" ");
}

/** Names of tools for a query, the best first. */
export function plainBm25(tools) {
  const postings = new Map();
  const lengths = tools.map(({ key, definition }, index) => {
    const words = wordsOf(`${key} ${definition.description} ${textOf(definition.inputSchema)}`);
    for (const word of words) {
      const counts = postings.get(word) ?? new Map();
      postings.set(word, counts.set(index, (counts.get(index) ?? 0) + 1));
    }
    return words.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / tools.length;
  return (query, limit) => {
    const scores = new Map();
    for (const word of new Set(wordsOf(query))) {
      const counts = postings.get(word) ?? new Map();
      const rarity = Math.log(1 + (tools.length - counts.size + 0.5) / (counts.size + 0.5));
      for (const [index, count] of counts) {
        const length = 1 - lengthPenalty + (lengthPenalty * lengths[index]) / average;
        const weight = (count * (saturation + 1)) / (count + saturation * length);
        scores.set(index, (scores.get(index) ?? 0) + rarity * weight);
      }
    }
    return [...scores]
      .sort(([a, scoreOfA], [b, scoreOfB]) => scoreOfB - scoreOfA || a - b)
      .slice(0, limit)
      .map(([index]) => tools[index].key);
  };
}
