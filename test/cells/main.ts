import { parseArgs } from "node:util";
import { everything, tryCells, type Wanted } from "./cells.js";
import { OneHub, type StartHubs } from "./stage.js";
import { failures, page } from "./table.js";
import { writeTable } from "./write-table.js";

/** What `npm run cells` does; `startHubs` starts several of them behind one address. Returns the exit code. */
export async function main(
  args: readonly string[],
  startHubs: (count: number) => ReturnType<StartHubs>,
): Promise<number> {
  const several = { type: "string", multiple: true } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      client: several,
      server: several,
      feature: several,
      path: several,
      hubs: { type: "string", default: "1" },
      times: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  if (!/^[123]$/.test(values.hubs)) throw new Error("--hubs: one, two or three");
  const hubs = Number(values.hubs);
  const wanted: Wanted = {
    clients: chosen("client", hubs === 1 ? everything.clients : ofAnyHub, values.client),
    servers: chosen("server", everything.servers, values.server),
    features: chosen("feature", everything.features, values.feature),
    paths: chosen("path", everything.paths, values.path),
  };
  const isPart = hubs > 1 || Object.values(values).some((value) => Array.isArray(value));
  if (values.write && isPart)
    throw new Error("--write needs all cells; leave the other options away");
  const began = performance.now();
  const start = hubs === 1 ? OneHub.start : () => startHubs(hubs);
  const cells = await tryCells(wanted, undefined, start);
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

/** A client of the old HTTP+SSE transport sends to the hub at which its stream is, whatever the proxy does. */
const ofAnyHub = everything.clients.filter((client) => client !== "SDK v1 HTTP+SSE");

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
