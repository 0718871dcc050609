import { until } from "@hub/testing";
import type { Fault } from "./fault.js";
import { idOf } from "./stage.js";
import { type Said, type Way, ways } from "./ways.js";

/** What came of one fault: what each way said, and whether the fix worked. */
export type Tried = {
  readonly fault: Fault;
  readonly answers: readonly {
    readonly way: Way["name"];
    readonly problem: Said["problems"][number] | undefined;
    readonly tookMs: number;
  }[];
  readonly isMended: boolean;
};

/** A server that is lost is probed every few seconds, and needs two good probes. */
const mendedWithinMs = 30_000;

/** Plants a fault, asks in all ways, does what the fix says, and sees whether that was it. */
export async function tryFault(fault: Fault, hubOfRun: string): Promise<Tried> {
  const planted = await fault.plant(hubOfRun);
  const { hubUrl = hubOfRun, name } = planted;
  try {
    const answers = await askAll(fault, hubUrl, name);
    await planted.mend();
    await until(
      `the fix for ${fault.what} to work`,
      async () => {
        const [rest] = ways;
        const said = await rest?.ask(hubUrl, name);
        const isThere = said?.problems.some(({ code }) => code === fault.code);
        return (await statusOf(hubUrl, name)) === "up" && isThere === false;
      },
      mendedWithinMs,
    );
    return { fault, answers, isMended: true };
  } finally {
    await planted.end?.();
  }
}

/** Asks in all ways, and again when the server came to be in another state meanwhile, of which another cause is true. */
async function askAll(fault: Fault, hubUrl: string, name: string): Promise<Tried["answers"]> {
  for (;;) {
    const answers: Tried["answers"][number][] = [];
    const before = await stateOf(hubUrl, name);
    for (const { name: way, ask } of ways) {
      const began = performance.now();
      const { problems } = await ask(hubUrl, name);
      const tookMs = performance.now() - began;
      answers.push({ way, problem: problems.find(({ code }) => code === fault.code), tookMs });
    }
    if ((await stateOf(hubUrl, name)) === before) return answers;
  }
}

type Shown = {
  readonly status?: string;
  readonly instances?: readonly { readonly status: string; readonly statusSince: string }[];
};

async function shown(hubUrl: string, name: string): Promise<Shown> {
  const response = await fetch(`${hubUrl}/servers/${idOf(name)}`);
  return (await response.json()) as Shown; // as the contract says, or a problem without these
}

const statusOf = async (hubUrl: string, name: string) => (await shown(hubUrl, name)).status;

/** Another one also where a server is what it was, and was something else in between. */
async function stateOf(hubUrl: string, name: string): Promise<string> {
  const { status, instances = [] } = await shown(hubUrl, name);
  const since = instances.map((one) => [one.status, one.statusSince]);
  return JSON.stringify([status, since]);
}

/** A problem without the numbers that pass: how long ago, and which port. */
const lasting = (text: string) => text.replace(/\d+ (s|ms)\b/g, "N $1");

/** What is wrong with what was said, one sentence each. */
export function wrongIn({ fault, answers }: Tried): readonly string[] {
  const [first] = answers;
  return answers.flatMap(({ way, problem }) => {
    if (problem === undefined) return [`${way}: does not say ${fault.code}`];
    const wrong: string[] = [];
    if (problem.severity !== fault.severity) wrong.push(`${way}: says it is a ${problem.severity}`);
    if (!fault.cause.test(problem.cause)) wrong.push(`${way}: gives as cause ${problem.cause}`);
    if (!fault.fix.test(problem.fix)) wrong.push(`${way}: gives as fix ${problem.fix}`);
    for (const part of ["cause", "fix"] as const)
      if (lasting(problem[part]) !== lasting(first?.problem?.[part] ?? ""))
        wrong.push(`${way}: gives another ${part} than ${first?.way}: ${problem[part]}`);
    return wrong;
  });
}
