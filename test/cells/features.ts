import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { until } from "@hub/testing";
import type { Driver } from "./clients/driver.js";
import {
  answers,
  formQuestion,
  progressSteps,
  samplingQuestion,
  urlQuestion,
} from "./questions.js";
import { keysFrom } from "./servers/offer.js";

/** What things are called on the path that is tried. */
export type Names = {
  tool(name: string): string;
  readonly prompt: string;
  readonly valueUri: string;
  readonly shelfTemplate: string;
};

/** Throws an error that says what was missing. */
export type Feature = (driver: Driver, names: Names) => Promise<void>;

const withinMs = 100_000;

export const features = {
  "list tools": async (driver, names) => has(await driver.tools(), names.tool("echo")),
  "list resources": async (driver, names) => has(await driver.resources(), names.valueUri),
  "list templates": async (driver, names) => has(await driver.templates(), names.shelfTemplate),
  "list prompts": async (driver, names) => has(await driver.prompts(), names.prompt),
  call: async (driver, names) => {
    const text = randomUUID();
    same(await driver.call(names.tool("echo"), text), `echo of ${text}`);
  },
  "state between calls": async (driver, names) => {
    const [first, second] = [randomUUID(), randomUUID()];
    await driver.call(names.tool("remember"), first);
    same(await driver.call(names.tool("remember"), second), first);
  },
  progress: async (driver, names) => {
    const seen: number[] = [];
    await driver.call(names.tool("steps"), "", { onProgress: (step) => seen.push(step) });
    // What came after the result is too late.
    const inTime = [...seen];
    same(
      inTime,
      Array.from({ length: progressSteps }, (_, index) => index + 1),
    );
  },
  cancel: async (driver, names) => {
    const tag = randomUUID();
    const stop = new AbortController();
    const waiting = driver.call(names.tool("wait"), tag, { signal: stop.signal }).then(
      () => "answered",
      () => "rejected",
    );
    const reaches = (state: string) =>
      until(
        `the server to see the call as ${state}`,
        async () => (await driver.call(names.tool("state_of"), tag)) === state,
        withinMs,
      );
    await reaches("waiting");
    stop.abort();
    same(await waiting, "rejected");
    await reaches("cancelled");
  },
  log: async (driver, names) => {
    await driver.logFrom("warning");
    await driver.call(names.tool("talk"), "");
    for (const level of ["warning", "error"])
      same(await until(`the log of level ${level}`, () => logged(driver, level), withinMs), level);
  },
  "log level": async (driver, names) => {
    await driver.logFrom("warning");
    await driver.call(names.tool("talk"), "");
    await until("the log of level error", () => logged(driver, "error"), withinMs);
    // They were sent before it.
    same([logged(driver, "debug"), logged(driver, "info")], [undefined, undefined]);
  },
  "elicit form": async (driver, names) => {
    same(await driver.call(names.tool("ask_form"), ""), answers.word(driver.name));
    asked(driver, formQuestion);
  },
  "elicit URL": async (driver, names) => {
    same(await driver.call(names.tool("ask_url"), ""), "accept");
    asked(driver, { mode: "url", ...urlQuestion });
  },
  sample: async (driver, names) => {
    same(await driver.call(names.tool("sample"), ""), answers.sample(driver.name));
    const content = { type: "text", text: samplingQuestion.text };
    asked(driver, { maxTokens: samplingQuestion.maxTokens, messages: [{ role: "user", content }] });
  },
  roots: async (driver, names) =>
    same(await driver.call(names.tool("roots"), ""), answers.root(driver.name)),
  subscribe: async (driver, names) => {
    const stop = await driver.watch({ resource: names.valueUri });
    driver.heard.updated.length = 0;
    const value = await driver.call(names.tool("touch"), "");
    await until("resources/updated", () => driver.heard.updated.includes(names.valueUri), withinMs);
    same(await driver.read(names.valueUri), value);
    await stop();
  },
  list_changed: async (driver, names) => {
    const stop = await driver.watch("tools");
    const grown = `grown_${randomUUID().slice(0, 8)}`;
    let known = driver.heard.toolChanges;
    await driver.call(names.tool("grow"), grown);
    // A notice may still be that of another change: the list is read again after each, and only then. Of several hubs,
    // all have the tool when this change is told.
    const said = await until(
      "tools/list_changed with the tool in the list, which can be called",
      async () => {
        if (driver.heard.toolChanges === known) return undefined;
        known = driver.heard.toolChanges;
        if (!(await driver.tools()).includes(names.tool(grown))) return undefined;
        return await driver.call(names.tool(grown), "").catch(unlessUnknown);
      },
      withinMs,
    );
    same(said, `${grown} has grown`);
    await stop();
  },
  complete: async (driver, names) => {
    const ofPrompt = { prompt: names.prompt, argument: "name" };
    same(await driver.complete(ofPrompt, "ap"), keysFrom("ap"));
    const ofTemplate = { template: names.shelfTemplate, argument: "key" };
    same(await driver.complete(ofTemplate, "b"), keysFrom("b"));
  },
  "get prompt": async (driver, names) =>
    same(await driver.prompt(names.prompt, "Ada"), "Please greet Ada"),
  "read resource": async (driver, names) => {
    const value = await driver.read(names.valueUri);
    if (!/^value \d+$/.test(value)) throw new Error(`read ${JSON.stringify(value)}`);
    same(await driver.read(names.shelfTemplate.replace("{key}", "apple")), "shelf of apple");
  },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof features;

function unlessUnknown(error: unknown): undefined {
  if (!String(error).includes("Unknown tool")) throw error;
}

function has(list: readonly string[], wanted: string): void {
  if (!list.includes(wanted)) throw new Error(`${wanted} is not among ${list.join(", ")}`);
}

function same(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted))
    throw new Error(`got ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

function logged({ heard }: Driver, level: string): string | undefined {
  return heard.logs.find(({ data }) => JSON.stringify(data).includes(`this is ${level}`))?.level;
}

/** One of the questions had all this; servers may add what means nothing else. */
function asked({ heard }: Driver, wanted: Readonly<Record<string, unknown>>): void {
  if (!heard.questions.some((question) => contains(question, wanted)))
    throw new Error(`was asked ${JSON.stringify(heard.questions)}, not ${JSON.stringify(wanted)}`);
}

function contains(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  if (typeof found !== "object" || found === null) return false;
  const fields = new Map(Object.entries(found));
  return Object.entries(wanted).every(([key, value]) => contains(fields.get(key), value));
}
