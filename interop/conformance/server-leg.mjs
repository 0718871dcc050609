// The server scenarios: the suite is the client, the everything server answers.
import { revisions, runSuite } from "./suite.mjs";

/**
 * These open sockets themselves and drop the query of the URL, so that an aggregate chosen by query cannot be
 * their target. A saved selection has the same servers and settings at a path.
 */
const withoutQuery = ["http-header-validation", "http-custom-header-server-validation"];

/** Where each path's endpoint is. `plain` is an address of the same thing without a query. */
export async function serverTargets({ endpoint, hubUrl, ids }) {
  const direct = { url: endpoint, plain: endpoint };
  if (hubUrl === undefined) return { direct };
  const answer = await fetch(`${hubUrl}/toolsets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Conformance", servers: ids, prefix: "never" }),
  });
  if (!answer.ok)
    throw new Error(`POST /toolsets answered ${answer.status}: ${await answer.text()}`);
  const toolset = await answer.json();
  const own = `${hubUrl}/servers/everything/mcp`;
  return {
    direct,
    "pass-through": { url: own, plain: own },
    aggregate: {
      url: `${hubUrl}/mcp?servers=${ids.join(",")}&prefix=never&hub=off`,
      plain: `${hubUrl}${toolset.url}`,
    },
  };
}

function runOne(url, scenario, revision) {
  const args = ["--url", url, "--scenario", scenario, "--spec-version", revision];
  // An extension belongs to no revision; a whole run has this one with the newest.
  const isExtension = scenario.startsWith("tasks-") && revision === revisions.at(-1);
  return runSuite("server", isExtension ? [...args, "--force"] : args);
}

/** Runs a revision, or one scenario of it, against one target. */
export async function runServerLeg({ url, plain }, revision, scenario) {
  if (scenario !== undefined) {
    return runOne(withoutQuery.includes(scenario) ? plain : url, scenario, revision);
  }
  const results = await runSuite("server", ["--url", url, "--requirements", revision]);
  for (const name of url === plain ? [] : withoutQuery) {
    if (!results.has(name)) continue;
    for (const [same, checks] of await runOne(plain, name, revision)) results.set(same, checks);
  }
  return results;
}
