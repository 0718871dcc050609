import type { CapabilityItem } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { SearchableServer } from "./searchable-text.js";
import { ToolSearch } from "./tool-search.js";

function tool(name: string, description: string, more: JsonObject = {}): CapabilityItem {
  return { key: name, hash: name, bytes: 1, definition: { name, description, ...more } };
}

function server(
  id: string,
  tools: readonly CapabilityItem[],
  more: Partial<SearchableServer> = {},
): SearchableServer {
  return { id, name: id, snapshotHash: tools.map(({ hash }) => hash).join(), tools, ...more };
}

const weather = server("weather", [
  tool("get_forecast", "Weather of the coming days in a city"),
  tool("get_alerts", "Severe storms in a region"),
]);
const github = server("github", [
  tool("createIssue", "Open an issue in a repository"),
  tool("list_issues", "Issues of a repository"),
  tool("whoami", ""),
]);
const jira = server("jira", [tool("createIssue", "Open an issue in a project")]);

let search: ToolSearch;
const names = (query: string, limit = 5) =>
  search.search(query, limit).map(({ serverId, tool: { key } }) => `${serverId}/${key}`);

beforeEach(() => {
  search = new ToolSearch();
  search.follow([weather, github, jira]);
});

describe("what is found", () => {
  test.each([
    ["what's the weather tomorrow in Paris", "weather/get_forecast"],
    ["please add an issue on GitHub for me", "github/createIssue"],
    ["creating issues in Jira", "jira/createIssue"],
    ["will it rain or snow", "weather/get_forecast"],
    ["severe storm", "weather/get_alerts"],
    ["forcast", "weather/get_forecast"],
    ["github__createIssue", "github/createIssue"],
    ["whoami", "github/whoami"],
  ])("%s leads to %s", (query, best) => {
    expect(names(query)[0]).toBe(best);
  });

  test.each(["", "   ", "?!", "zzzzzz qqqq", "#1 #2"])("%j finds nothing", (query) => {
    expect(names(query)).toEqual([]);
  });

  test("names, descriptions and values of parameters tell apart what is found otherwise", () => {
    const inputSchema = (parameter: string, more: JsonObject) => ({
      type: "object",
      properties: { [parameter]: { type: "string", ...more } },
    });
    search.follow([
      server("post", [
        tool("send_a", "Send", { inputSchema: inputSchema("nickname", {}) }),
        tool("send_b", "Send", { inputSchema: inputSchema("b", { description: "of departure" }) }),
        tool("send_c", "Send", { inputSchema: inputSchema("c", { enum: ["parcel", 7] }) }),
        tool("send_d", "Send", {
          inputSchema: inputSchema("d", { type: "array", items: { enum: ["letter"] } }),
        }),
      ]),
    ]);
    expect(names("send by nickname")[0]).toBe("post/send_a");
    expect(names("send before departure")[0]).toBe("post/send_b");
    expect(names("send a parcel")[0]).toBe("post/send_c");
    expect(names("send a letter")[0]).toBe("post/send_d");
  });

  test("parameters alone find nothing, and what is nested in them counts for nothing", () => {
    const inputSchema: JsonObject = {
      type: "object",
      properties: {
        internetMessageId: { description: "Of the internet", enum: ["internet"] },
        body: { type: "object", properties: { voltage: { description: "Current" } } },
      },
    };
    search.follow([
      server("office", [tool("send_mail", "Send", { inputSchema }), tool("send_fax", "Send")]),
      server("net", [tool("open_page", "Open a page of the internet")]),
    ]);
    expect(names("internet")).toEqual(["net/open_page"]);
    expect(names("please help me: internet id")).not.toContain("office/send_mail");
    const scores = search.search("send voltage", 5).map(({ score }) => score);
    expect(new Set(scores).size).toBe(1);
  });

  test("the title, and name, title, description and tags of the server count", () => {
    const titled = tool("x1", "", { title: "Trim hedges" });
    search.follow([
      server("s1", [titled], {
        name: "Garden",
        title: "Lawn care",
        description: "Everything about meadows.",
        tags: ["outdoor"],
      }),
      server("s2", [tool("x2", "")]),
    ]);
    for (const query of ["hedge", "garden", "lawn", "outdoor", "meadow"])
      expect(names(query)).toEqual(["s1/x1"]);
  });

  test("a word that nobody has does not change the order", () => {
    expect(names("xylophone weather")).toEqual(names("weather"));
  });

  test("schemas that are broken or without end are no harm", () => {
    let deep: JsonObject = { properties: { bottom: {} } };
    for (let depth = 0; depth < 2_000; depth++) deep = { properties: { level: deep } };
    const flood = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`p${at}`, null]));
    search.follow([
      server("odd", [
        tool("deep", "", { inputSchema: deep }),
        tool("text", "", { inputSchema: "none" }),
        tool("list", "", { inputSchema: { properties: [1, null], anyOf: "x" } }),
        tool("values", "", { inputSchema: { properties: { a: { enum: {} }, b: { items: [] } } } }),
        tool("flood", "", { inputSchema: { properties: flood } }),
      ]),
    ]);
    expect(names("deep level")).toEqual(["odd/deep"]);
    expect(names("bottom")).toEqual([]);
    expect(names("flood")).toEqual(["odd/flood"]);
  });
});

describe("the order", () => {
  test("scores fall, the limit holds, and equals are in the order of server and name", () => {
    const scores = search.search("issue", 10).map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(names("issue", 2)).toHaveLength(2);
    search.follow([server("b", [tool("same", "")]), server("a", [tool("same", "")])]);
    expect(names("same")).toEqual(["a/same", "b/same"]);
  });

  test("a tool that has all that was asked comes before one that says a part of it often", () => {
    search.follow([
      server("notes", [
        tool("memory_memory", "Memory, memory and more memory"),
        tool("pods_top", "Memory that a cluster uses"),
      ]),
    ]);
    expect(names("cluster memory")[0]).toBe("notes/pods_top");
  });

  test("the word itself comes before its synonym, wherever both stand and however long the text", () => {
    const long = "Much else is said about it in this text, with many other words. ".repeat(20);
    search.follow([
      server("shop", [
        tool("remove_item", "Remove an item. Removing is for ever.", { title: "Remove" }),
        tool("tidy", `${long} It can delete what nobody wants.`),
      ]),
      server("post", [
        tool("mail_box", "Mail", { title: "Mail" }),
        tool("reach", `${long} It writes an email.`),
      ]),
    ]);
    expect(names("delete")).toEqual(["shop/tidy", "shop/remove_item"]);
    expect(names("email")).toEqual(["post/reach", "post/mail_box"]);
  });

  test("a word in a name or description comes before the same word in parameters", () => {
    const values = Array.from({ length: 9 }, (_, at) => [
      `invoice_${at}`,
      { description: "The invoice", enum: ["invoice"] },
    ]);
    const inputSchema = { type: "object", properties: Object.fromEntries(values) };
    search.follow([
      server("a", [
        tool("send_form", "Send a paper", { inputSchema }),
        tool("send_bill", "Send an invoice"),
      ]),
    ]);
    expect(names("send an invoice")[0]).toBe("a/send_bill");
  });

  test("words of asking and numbers find nothing beside words that say what is wanted", () => {
    search.follow([
      server("desk", [
        tool("help_me", "Provide help with 2024"),
        tool("get_forecast", "Weather of the coming days"),
      ]),
    ]);
    expect(names("can you please provide help with the forecast for 2024")[0]).toBe(
      "desk/get_forecast",
    );
    expect(names("help with xylophones")).toEqual([]);
    expect(names("help")).toEqual(["desk/help_me"]);
  });

  test("a query without an action prefers tools that look something up", () => {
    search.follow([
      server("trips", [
        tool("cancel_flight", "Cancel a flight"),
        tool("search_flights", "Search a flight"),
      ]),
    ]);
    expect(names("flight")[0]).toBe("trips/search_flights");
  });
});

describe("words that matched nothing", () => {
  const unmatched = (query: string, accepts?: (serverId: string) => boolean) => {
    let told: readonly string[] = [];
    search.search(query, 5, accepts, (words) => {
      told = words;
    });
    return told;
  };

  test("are told as they were asked, without those that say little and those that were understood", () => {
    expect(unmatched("Please forecast the Weather for Xylophones and 7 zithers")).toEqual([
      "xylophones",
      "zithers",
    ]);
    expect(unmatched("forcast raining")).toEqual([]);
    expect(unmatched("zzzz")).toEqual(["zzzz"]);
    expect(unmatched("")).toEqual([]);
  });

  test("are those that no tool has which may be seen", () => {
    expect(unmatched("weather issue")).toEqual([]);
    expect(unmatched("weather issue", (id) => id === "weather")).toEqual(["issue"]);
  });
});

describe("what is searched", () => {
  test("only what the filter accepts", () => {
    const accepts = (serverId: string, name: string) => serverId === "github" && name !== "whoami";
    const found = search.search("open an issue", 10, accepts);
    expect(new Set(found.map(({ serverId }) => serverId))).toEqual(new Set(["github"]));
    expect(search.search("whoami", 10, accepts)).toEqual([]);
  });

  test("what the filter does not accept hides and corrects nothing of what it accepts", () => {
    const own = [server("open", [tool("vaults", "Lists what is kept")])];
    const others = [server("closed", [tool("vault", "Opens it"), tool("vaultz", "Closes it")])];
    const accepts = (serverId: string) => serverId === "open";
    for (const query of ["vaultz", "vaulta", "vault keep"]) {
      const found = [own, [...own, ...others]].map((servers) => {
        const one = new ToolSearch();
        one.follow(servers);
        let unmatched: readonly string[] = [];
        const hits = one.search(query, 5, accepts, (words) => {
          unmatched = words;
        });
        return [hits.map(({ tool: { key } }) => key), unmatched];
      });
      expect(found[1]).toEqual(found[0]);
    }
  });

  test("what changed is read anew, what left is gone, what came back is found", () => {
    search.follow([weather, server("github", [tool("merge", "Join two branches")])]);
    expect(names("issue")).toEqual([]);
    expect(names("branches")).toEqual(["github/merge"]);
    search.follow([]);
    expect(names("weather")).toEqual([]);
    search.follow([weather]);
    expect(names("weather")[0]).toBe("weather/get_forecast");
  });

  test("a server that did not change is not read again", () => {
    const unread: SearchableServer = {
      ...weather,
      get tools(): never {
        throw new Error("read again");
      },
    };
    search.follow([unread]);
    expect(names("weather")[0]).toBe("weather/get_forecast");
  });

  test("a new title or description of a server is followed although its tools are the same", () => {
    for (const change of [{ title: "Meteorology" }, { description: "For meteorology" }]) {
      search.follow([weather]);
      expect(names("meteorology")).toEqual([]);
      search.follow([{ ...weather, ...change }]);
      expect(names("meteorology")).toHaveLength(2);
    }
  });

  test("coming and going leaves no trace in the ranking", () => {
    const before = search.search("open an issue in github", 5);
    for (let round = 0; round < 5; round++) {
      search.follow([weather]);
      search.follow([weather, github, jira]);
    }
    expect(search.search("open an issue in github", 5)).toEqual(before);
  });
});

describe("what the index may hold", () => {
  const rare = (at: number) => `w${at.toString(36).padStart(5, "x")}q`;
  /** Each of its tools has so many words that no other has. */
  const wordy = (id: string, count: number, words: number) => {
    const tools = Array.from({ length: count }, (_, at) =>
      tool(
        `${id}_tool${at}`,
        Array.from({ length: words }, (_word, word) => rare(at * words + word)).join(" "),
      ),
    );
    return server(id, tools, { snapshotHash: `${count} tools of ${words} words` });
  };

  test("of a server that says too much each tool is found by its name, and the rest is left out", () => {
    const leftOut: string[] = [];
    search = new ToolSearch({
      mostOfServer: 2_000,
      onLeftOut: (because, id) => leftOut.push(`${because} ${id}`),
    });
    search.follow([wordy("greedy", 300, 50), weather]);
    expect(search.largest).toEqual({ serverId: "greedy", words: 2_000 });
    expect(leftOut).toEqual(["server greedy"]);
    for (let at = 0; at < 300; at++)
      expect(names(`greedy_tool${at}`, 1)).toEqual([`greedy/greedy_tool${at}`]);
    expect(names("severe storm")[0]).toBe("weather/get_alerts");
  });

  test("of all servers those with most give way, whatever the order, and have it back when there is room", () => {
    const small = [weather, github, jira];
    const greedy = Array.from({ length: 5 }, (_, at) => wordy(`greedy${at}`, 20, 50));
    for (const servers of [
      [...small, ...greedy],
      [...greedy, ...small],
    ]) {
      const leftOut = new Set<string>();
      search = new ToolSearch({
        mostOfAll: 3_000,
        mostOfServer: 2_000,
        onLeftOut: (_, id) => leftOut.add(id),
      });
      search.follow(servers);
      expect(search.words).toBeLessThanOrEqual(3_000);
      expect(search.words).toBeGreaterThan(1_500);
      expect([...leftOut].every((id) => id.startsWith("greedy"))).toBe(true);
      expect(names("severe storm")[0]).toBe("weather/get_alerts");
      expect(names("open an issue in a repository")[0]).toBe("github/createIssue");
      search.follow([...small, ...greedy.slice(0, 1)]);
      expect(names(rare(19 * 50))).toEqual(["greedy0/greedy0_tool19"]);
    }
  });

  test("a long word counts by its beginning, and finds what has it", () => {
    search.follow([server("long", [tool(`a${"b".repeat(3_000)}`, "c".repeat(100_000))])]);
    expect(names(`a${"b".repeat(300)}`)).toHaveLength(1);
    expect(search.words).toBeLessThanOrEqual(3);
  });

  test("whatever servers come and go, it holds what an index made anew holds", () => {
    const offered = fc.record({
      id: fc.constantFrom("a", "b", "c", "d"),
      tools: fc.nat({ max: 12 }),
      words: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(offered, { maxLength: 4 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        (rounds, mostOfServer, mostOfAll) => {
          const options = { mostOfServer, mostOfAll };
          const followed = new ToolSearch(options);
          let last: SearchableServer[] = [];
          for (const round of rounds) {
            const byId = new Map(round.map((one) => [one.id, one]));
            last = [...byId.values()].map(({ id, tools, words }) => wordy(id, tools, words));
            followed.follow(last);
            expect(followed.words).toBeLessThanOrEqual(mostOfAll);
            expect(followed.largest?.words ?? 0).toBeLessThanOrEqual(mostOfServer);
          }
          const fresh = new ToolSearch(options);
          fresh.follow(last);
          if (
            last.reduce((sum, { tools }) => sum + tools.length * 40, 0) <
            Math.min(mostOfServer, mostOfAll)
          ) {
            expect(followed.words).toBe(fresh.words);
            for (const query of ["tool1", rare(3), "a tool"])
              expect(followed.search(query, 9)).toEqual(fresh.search(query, 9));
          }
        },
      ),
      { numRuns: Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 2) },
    );
  });
});
