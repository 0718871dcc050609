// What a path through the hub loses, check by check.

const counted = ["SUCCESS", "FAILURE", "WARNING"];

/** How many checks of a scenario passed, failed, and warned. `undefined`: it did not run. */
export function tally(checks) {
  if (checks === undefined) return undefined;
  const count = (status) => checks.filter((check) => check.status === status).length;
  return { passed: count("SUCCESS"), failed: count("FAILURE"), warned: count("WARNING") };
}

/** Checks by what they are; one that ran several times counts as often. */
function byCheck(checks) {
  const groups = new Map();
  for (const check of checks) {
    if (!counted.includes(check.status)) continue;
    const key = check.name === undefined ? check.id : `${check.id} (${check.name})`;
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return groups;
}

/** Why checks did not pass, as far as the suite says it: some tell it in a message, some only in details. */
function reasonOf(checks) {
  const bad = checks.find(({ status }) => status !== "SUCCESS");
  if (bad === undefined) return "it did not run";
  const { status, errorMessage, details } = bad;
  const reason = errorMessage?.split("\n")[0] ?? (details && JSON.stringify(details)) ?? "";
  return `${status} ${reason}`.slice(0, 300).trim();
}

/** One sentence for each check that passes directly and not through the hub, and for each that is missing. */
export function lossesOf(direct, through) {
  if (through === undefined) return ["the scenario did not run"];
  const groups = byCheck(through);
  const losses = [];
  for (const [key, checks] of byCheck(direct)) {
    const there = groups.get(key) ?? [];
    const passed = tally(checks).passed;
    const passedThere = tally(there).passed;
    if (passedThere < passed) {
      losses.push(`${key}: passed ${passed} directly and ${passedThere} here: ${reasonOf(there)}`);
    } else if (there.length < checks.length) {
      losses.push(`${key}: ran ${checks.length} times directly and ${there.length} here`);
    }
  }
  // A check of its own that fails only here, such as a message that breaks the schema.
  for (const [key, checks] of groups) {
    const failed = tally(checks).failed;
    const failedDirectly = tally(byCheck(direct).get(key) ?? []).failed;
    if (failed > failedDirectly) {
      losses.push(
        `${key}: failed ${failed} here and ${failedDirectly} directly: ${reasonOf(checks)}`,
      );
    }
  }
  return [...new Set(losses)];
}

/**
 * Holds direct results against the file of known failures: a new failure and a stale line are both wrong. Of
 * a whole run each of the `expected` scenarios must be there with a check that passes.
 */
export function baselineFaults(results, known, expected = []) {
  const faults = [];
  for (const [scenario, checks] of results) {
    const fails = tally(checks).failed > 0;
    if (fails && !known.includes(scenario))
      faults.push(`${scenario} fails and is no known failure`);
    if (!fails && known.includes(scenario)) faults.push(`${scenario} passes: remove its line`);
  }
  for (const scenario of expected) {
    if ((tally(results.get(scenario))?.passed ?? 0) === 0)
      faults.push(`${scenario} is scored and has no check that passes`);
  }
  return faults;
}

/** Lines of the file of known failures that name what a whole run does not have. */
export function strayLines(results, known) {
  return known.filter((scenario) => !results.has(scenario));
}
