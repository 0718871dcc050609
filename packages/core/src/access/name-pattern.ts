/** Whether a name fits a pattern, in which `*` stands for any characters, also none. Takes time linear in both. */
export function fitsPattern(pattern: string, name: string): boolean {
  const [start = "", ...rest] = pattern.split("*");
  const end = rest.pop();
  if (end === undefined) return name === pattern;
  if (!name.startsWith(start) || name.length < start.length + end.length) return false;
  let from = start.length;
  const to = name.length - end.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at === -1 || at + part.length > to) return false;
    from = at + part.length;
  }
  return name.endsWith(end);
}
