// The options of `npm run soak`.
import { parseArgs } from "node:util";

const usage = `Usage: npm run soak -- [options]

  --minutes <n>   how long it lasts (default: 10); handles are judged in a run of
                  at least 5, memory in one of at least 30
  --servers <n>   how many servers there are, at most 1,000: as many as one list has (default: 8)
  --clients <n>   how many clients there are, every other one of 2025 (default: 6)
  --rate <n>      calls a second of all clients together (default: as many as are answered)`;

function positive(name, given, most = Number.POSITIVE_INFINITY) {
  const number = Number(given);
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0, and is "${given}".`);
  if (number > most) throw new Error(`--${name} must be at most ${most}, and is "${given}".`);
  return number;
}

/** Ends the process: with the usage for `--help`, and with 2 and what is wrong for options that cannot be read. */
export function readSoakOptions() {
  try {
    const text = { type: "string" };
    const options = {
      minutes: text,
      servers: text,
      clients: text,
      rate: text,
      help: { type: "boolean" },
    };
    const {
      help,
      minutes = "10",
      servers = "8",
      clients = "6",
      rate,
    } = parseArgs({ options }).values;
    if (help) {
      console.log(usage);
      process.exit();
    }
    return {
      minutes: positive("minutes", minutes),
      servers: Math.ceil(positive("servers", servers, 1_000)),
      clients: Math.ceil(positive("clients", clients)),
      rate: rate === undefined ? undefined : positive("rate", rate),
    };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
