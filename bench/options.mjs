// The options of benches that play a list of things: `npm run faults`, `npm run gauntlet`.
import { parseArgs } from "node:util";

/**
 * Reads them from the command line; ends the process with 2, and the usage, when they are wrong. `one` is what the
 * things are called, and the option that chooses some of them. Prints the usage for `--help`, the `things` for
 * `--list`, and is undefined then; else says which things are `chosen`, and whether `short` and `write` are given.
 */
export function readOptions(command, { one, things, short, page }) {
  const usage = `Usage: npm run ${command} -- [options]

  --${one} <name>   only this one; may be given several times
  --short         ${short}
  --write         also keeps the table in ${page}
  --list          what there is`;
  const flag = { type: "boolean", default: false };
  const chosen = { type: "string", multiple: true };
  try {
    const options = { [one]: chosen, short: flag, write: flag, list: flag, help: flag };
    const { [one]: names, ...given } = parseArgs({ options }).values;
    const unknown = names?.filter((name) => !things.some((thing) => thing.name === name)) ?? [];
    if (unknown.length > 0)
      throw new Error(`There is no ${one} ${unknown.join(", ")}; --list names those there are.`);
    if (given.help) console.log(usage);
    else if (given.list)
      for (const { name, title } of things) console.log(`${name.padEnd(16)} ${title}`);
    else return { ...given, chosen: things.filter(({ name }) => names?.includes(name) ?? true) };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}
