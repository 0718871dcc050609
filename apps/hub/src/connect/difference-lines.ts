import { type Line, toned } from "../command-line/styled.js";

/** A unified difference in colours. */
export function differenceLines(difference: string): readonly Line[] {
  return difference
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      if (line.startsWith("---") || line.startsWith("+++")) return toned(line, "strong");
      if (line.startsWith("@@")) return toned(line, "name");
      if (line.startsWith("+")) return toned(line, "good");
      return line.startsWith("-") ? toned(line, "bad") : line;
    });
}
