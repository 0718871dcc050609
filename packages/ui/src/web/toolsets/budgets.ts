/** A host, and with how many tools in all it stops or complains. */
type Budget = { readonly host: string; readonly most: number };

/** As their users report them and their documentation says; other servers of the same host count as well. */
const budgets: readonly Budget[] = [
  { host: "Cursor", most: 80 },
  { host: "Windsurf", most: 100 },
  { host: "VS Code", most: 128 },
];

/** The hosts that take fewer tools than a list has, the strictest first. */
function overBudget(tools: number): readonly Budget[] {
  return budgets.filter(({ most }) => tools > most);
}

/** In a sentence, which hosts do not take a list of that many tools; undefined when all do. */
export function budgetWarning(tools: number): string | undefined {
  const over = overBudget(tools).map(({ host, most }) => `${host} (${most})`);
  const last = over.pop();
  if (last === undefined) return undefined;
  const hosts = over.length === 0 ? last : `${over.join(", ")} and ${last}`;
  return `More tools than ${hosts} ${over.length === 0 ? "takes" : "take"}.`;
}
