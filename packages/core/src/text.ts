/** Letters that look alike to a person in some other script, folded to Latin. Only the common traps. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  һ: "h",
  і: "i",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  ԛ: "q",
  ѕ: "s",
  т: "t",
  у: "y",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  α: "a",
  β: "b",
  ε: "e",
  η: "n",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ı: "i",
  ɩ: "i",
  ɑ: "a",
  ո: "n",
  օ: "o",
  ս: "u",
  հ: "h",
  "0": "o",
  "1": "l",
  "|": "l",
};

/** Printable ASCII, as most names are. What follows decides it without looking at each letter's properties. */
const plain = /^[\x20-\x7e]*$/;

export function isPlain(text: string): boolean {
  return plain.test(text);
}

/** Control, format (bidi, tags), surrogate, private-use and unassigned characters; fillers; odd separators. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** As above, but a character that this Unicode version does not know yet may be next year's emoji. */
const invisibleInProse =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** What joins and colours emoji is invisible too, but in its place. */
const emojiJoin =
  /(?<=\p{Extended_Pictographic}\u{FE0F}?\p{Emoji_Modifier}?)\u{200D}(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic}|[0-9#*])\u{FE0F}/gu;

function codePoint(character: string | undefined): string | undefined {
  const number = character?.codePointAt(0);
  return number === undefined
    ? undefined
    : `U+${number.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The first character of a line that nobody sees or that reorders others, as `U+202E`. */
export function invisibleInLine(text: string): string | undefined {
  if (isPlain(text)) return undefined;
  return codePoint(text.replace(emojiJoin, "").match(invisible)?.[0]);
}

/** As `invisibleInLine`, but tabs and line breaks are fine: for descriptions. */
export function invisibleInText(text: string): string | undefined {
  if (isPlain(text)) return undefined;
  return codePoint(
    text
      .replace(emojiJoin, "")
      .replace(/[\t\r\n]/g, "")
      .match(invisibleInProse)?.[0],
  );
}

/** True when a text of one line holds a character that nobody sees or that reorders others. */
export function hasInvisible(text: string): boolean {
  return invisibleInLine(text) !== undefined;
}

const scripts = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Hebrew", /\p{Script=Hebrew}/u],
  ["Arabic", /\p{Script=Arabic}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Devanagari", /\p{Script=Devanagari}/u],
  ["Thai", /\p{Script=Thai}/u],
  ["Georgian", /\p{Script=Georgian}/u],
  ["Hangul", /\p{Script=Hangul}/u],
  ["Han", /\p{Script=Han}/u],
  ["Hiragana", /\p{Script=Hiragana}/u],
  ["Katakana", /\p{Script=Katakana}/u],
  ["Bopomofo", /\p{Script=Bopomofo}/u],
] as const;

/** Latin may stand beside the scripts of one East Asian writing system (Unicode UTS 39, "highly restrictive"). */
const mixturesAllowed = [
  new Set(["Latin", "Han", "Hiragana", "Katakana"]),
  new Set(["Latin", "Han", "Bopomofo"]),
  new Set(["Latin", "Han", "Hangul"]),
];

/** The scripts of a text, when they are a mixture that people cannot tell apart; else nothing. */
export function mixedScripts(text: string): readonly string[] | undefined {
  if (isPlain(text)) return undefined;
  const compatible = text.normalize("NFKC");
  const found = scripts.filter(([, pattern]) => pattern.test(compatible)).map(([name]) => name);
  if (found.length < 2) return undefined;
  if (mixturesAllowed.some((allowed) => found.every((name) => allowed.has(name)))) return undefined;
  return found;
}

/** Two texts with the same skeleton are easily mistaken for each other. */
export function skeleton(text: string): string {
  if (isPlain(text))
    return text
      .toLowerCase()
      .replace(/[01|]/g, (character) => (character === "0" ? "o" : "l"))
      .replace(/[^a-z0-9]/g, "");
  const folded = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, "");
  return [...folded]
    .map((character) => lookAlikes[character] ?? character)
    .join("")
    .replace(/[^\p{L}\p{N}]/gu, "");
}
