import { before, commitBefore } from "./before.js";

/** What a task took: both kinds of what hands do are counted alike. */
export type Figures = {
  readonly clicks: number;
  readonly keys: number;
  readonly seconds: number;
};

export const newAtMost = 5;

export const hands = ({ clicks, keys }: Figures): number => clicks + keys;

const sum = (figures: readonly Figures[]) => figures.reduce((all, one) => all + hands(one), 0);

/** In sum, of those that could be done before. */
export function sums(now: Readonly<Record<string, Figures>>) {
  const names = Object.keys(before);
  return {
    before: sum(Object.values(before)),
    now: sum(names.flatMap((name) => now[name] ?? [])),
  };
}

const cells = ({ clicks, keys, seconds }: Figures) => [clicks, keys, seconds.toFixed(1)];
const row = (...columns: readonly (string | number)[]) => `| ${columns.join(" | ")} |`;

/** The page of the documentation that holds the figures. */
export function reportOf(now: Readonly<Record<string, Figures>>): string {
  const all = sums(now);
  const rows = Object.entries(now).map(([name, figures]) => {
    const old = before[name];
    return row(name, ...(old === undefined ? ["–", "–", "–"] : cells(old)), ...cells(figures));
  });
  const ways = Object.entries(before).map(([name, { way }]) => `- ${name}: ${way}.`);
  return `# Ten tasks on the page

What people come to the [web UI](../guides/web-ui.md) for, done in a real Chromium at a real hub with servers of every state. A click is one, a key is one, and so is a chord such as Ctrl V. Every task begins at the first page and ends when what it is about was seen there, or the hub says that it is so.

\`npm run tasks\` does them and writes this page; \`npm run test:browser\` does them as well, and fails when one takes more than it may: those that the page before could do (commit ${commitBefore}) at most half of its clicks and keys in sum, new ones at most ${newAtMost} each. Seconds are those of a machine, without the time in which a person looks and thinks.

| task | clicks before | keys before | seconds before | clicks | keys | seconds |
| ---- | ------------: | ----------: | -------------: | -----: | ---: | ------: |
${rows.join("\n")}

In sum, of the ${Object.keys(before).length} that could be done before: ${all.before} clicks and keys then, ${all.now} now.

The ways before, by the shortest there was:

${ways.join("\n")}
`;
}
