import { parseArgs } from "node:util";
import { everything, tryCells, type Wanted } from "./cells.js";
import { failures, page } from "./table.js";
import { writeTable } from "./write-table.js";

/** What `npm run cells` does. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const several = { type: "string", multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      client: several,
      server: several,
      feature: several,
      path: several,
      times: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const wanted: Wanted = {
    clients: chosen("client", everything.clients, values.client),
    servers: chosen("server", everything.servers, values.server),
    features: chosen("feature", everything.features, values.feature),
    paths: chosen("path", everything.paths, values.path),
  };
  if (values.write && Object.values(values).some((value) => Array.isArray(value)))
    throw new Error("--write needs all cells; leave the other options away");
  const began = performance.now();
  const cells = await tryCells(wanted);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const failed = failures(cells);
  console.log(`${page(cells)}\n`);
  if (values.times)
    for (const cell of cells.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, 20))
      console.log(
        `${cell.tookMs.toFixed(0)} ms  ${cell.client} > ${cell.server}, ${cell.path}: ${cell.feature}`,
      );
  for (const line of failed) console.log(line);
  console.log(`${cells.length} cells in ${seconds} s, ${failed.length} not as they should be`);
  if (values.write && failed.length === 0) writeTable(page(cells));
  return failed.length === 0 ? 0 : 1;
}

/** Those whose name contains what was asked for. */
function chosen<T extends string>(
  option: string,
  all: readonly T[],
  asked: readonly string[] | undefined,
): readonly T[] {
  if (asked === undefined) return all;
  const found = all.filter((name) =>
    asked.some((part) => name.toLowerCase().includes(part.toLowerCase())),
  );
  if (found.length === 0) throw new Error(`--${option}: there is only ${all.join("; ")}`);
  return found;
}
