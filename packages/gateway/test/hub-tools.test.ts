import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  type Payload,
  RpcError,
  TestHub,
  textOf,
  textResult,
  tool,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const own = ["hub__list_servers", "hub__find_tools", "hub__call_tool"];

const text = (description: string) => ({ type: "string", description });

const createIssue = tool("create_issue", {
  title: "Create issue",
  description: "Files a new issue in a repository.",
  inputSchema: {
    type: "object",
    properties: { repository: text("owner/name"), title: text("One line"), body: text("Details") },
    required: ["repository", "title"],
  },
});
const sendMail = tool("send_mail", {
  description: "Sends an e-mail to one or more people.",
  inputSchema: { type: "object", properties: { to: text("Address"), subject: text("Subject") } },
});
const deleteMail = tool("delete_mail", { description: "Deletes an e-mail for ever." });
const forecast = tool("forecast", { description: "Weather of the next days in a city." });

/** One server of each era. */
async function withServers() {
  const hub = await TestHub.start({ limits: { graceMs: 0 } });
  const mail = await LegacyUpstream.start({ tools: [sendMail, deleteMail] });
  const work = await ModernUpstream.start({ tools: [createIssue, forecast] });
  for (const [name, upstream] of [
    ["send_mail", mail],
    ["create_issue", work],
  ] as const) {
    upstream.on(name, (call) => {
      if (call.given.fail === "tool") return { ...textResult("no such place"), isError: true };
      if (call.given.fail === "server") throw new RpcError(-32_050, "its own words");
      if (call.params._meta?.progressToken !== undefined) call.progress(1, "half");
      return textResult(`${name} ${JSON.stringify(call.given)}`);
    });
  }
  const mailLease = await hub.register("mail", mail, {
    tags: ["office"],
    description: "Mail of the office",
  });
  await hub.register("work", work, { tags: ["office", "dev"] });
  return { hub, mail, work, mailLease };
}

type Client = LegacyClient | ModernClient;

const call = (client: Client, name: string, given: unknown = {}) =>
  client.ask("tools/call", { name, arguments: given });

const namesOf = (listed: unknown) => ((listed ?? []) as readonly Payload[]).map(({ name }) => name); // what lists of tools hold

/** The same as data and as text, for clients that know only one of them. */
function found({ result }: Message): Payload {
  expect(result?.isError).toBeUndefined();
  expect(JSON.parse(textOf({ result: result ?? {} }))).toEqual(result?.structuredContent);
  return (result?.structuredContent ?? {}) as Payload; // of the hub's own tools
}

for (const era of ["2025", "2026"] as const) {
  const open = ({ url }: TestHub, path = "/mcp"): Promise<Client> =>
    era === "2026"
      ? Promise.resolve(new ModernClient(url, { path }))
      : LegacyClient.open(url, { path });

  describe(`the hub's own tools and a client of ${era}`, () => {
    test("are listed next to those of servers, alone in search mode, and not at all when they are off", async () => {
      const { hub } = await withServers();
      const listed = async (path: string) => {
        const { result } = await (await open(hub, path)).ask("tools/list");
        return namesOf(result?.tools).sort();
      };
      const others = ["mail__delete_mail", "mail__send_mail", "work__create_issue"];
      expect(await listed("/mcp")).toEqual(
        [...own, "hub__diagnose", ...others, "work__forecast"].sort(),
      );
      expect(await listed("/mcp?mode=search")).toEqual([...own].sort());
      expect(await listed("/mcp?hub=off")).toEqual([...others, "work__forecast"]);
      expect(await listed("/servers/mail/mcp")).toEqual(["delete_mail", "send_mail"]);
    });

    test("hub__diagnose says why a server does not work, by id, name or endpoint, within what the endpoint is about", async () => {
      const { hub, mail } = await withServers();
      const client = await open(hub, "/mcp");
      const ask = async (given: Payload) => found(await call(client, "hub__diagnose", given));
      expect(await ask({ server: "mail" })).toMatchObject({ ok: true, problems: [] });
      await mail.stop();
      const verdict = await ask({ server: "MAIL" });
      expect(verdict).toMatchObject({
        ok: false,
        servers: [{ id: "mail" }],
        problems: [{ severity: "fault", code: "NOTHING_LISTENS", step: "connect" }],
      });
      expect(await ask({ endpoint: mail.endpoint })).toMatchObject({ ok: false });
      // The look told the hub to probe it, which is what the list then says.
      await until("the list to say why", async () => {
        const { servers } = found(await call(client, "hub__list_servers", { query: "mail" }));
        const [{ problem } = {}] = servers as readonly { problem?: Payload }[];
        const [{ fix } = {}] = verdict.problems as readonly Payload[];
        return problem !== undefined && problem.fix === fix;
      });

      const narrow = await open(hub, "/mcp?servers=work");
      for (const [asked, given, says] of [
        [client, { server: "nobody" }, "No server has the id or name"],
        [client, {}, "Expected server"],
        [client, { endpoint: "ftp://x" }, "http(s) URL"],
        [client, { endpoint: "http://169.254.169.254/mcp" }, "169.254.169.254"],
        [narrow, { server: "mail" }, "No server here has the id or name"],
        [narrow, { endpoint: mail.endpoint }, "some of its servers only"],
      ] as const) {
        const { result } = await call(asked, "hub__diagnose", given);
        expect(result?.isError).toBe(true);
        expect(textOf({ result: result ?? {} })).toContain(says);
      }
      const searching = await open(hub, "/mcp?mode=search");
      const { error } = await call(searching, "hub__diagnose", { server: "mail" });
      expect(error?.code).toBe(-32_602);
    });

    test("off means that they cannot be called either", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?hub=off");
      for (const name of [...own, "hub__diagnose"]) {
        const { error } = await call(client, name, { query: "mail", name: "mail__send_mail" });
        expect(error?.code).toBe(-32_602);
      }
    });

    test("hub__list_servers tells the servers, by text, tag and status", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?mode=search");
      const servers = async (given: Payload) =>
        found(await call(client, "hub__list_servers", given)).servers as readonly Payload[]; // a list
      expect(await servers({})).toMatchObject([
        { id: "mail", name: "mail", description: "Mail of the office", status: "up", tools: 2 },
        { id: "work", name: "work", status: "up", tags: ["office", "dev"], tools: 2 },
      ]);
      expect(namesOf(await servers({ tag: "dev" }))).toEqual(["work"]);
      expect(namesOf(await servers({ query: "FORECAST" }))).toEqual(["work"]);
      expect(namesOf(await servers({ status: "down" }))).toEqual([]);
    });

    test("hub__find_tools gives the right tool first, with its first sentence and required parameters", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?mode=search");
      const find = async (query: string, more: Payload = {}) =>
        found(await call(client, "hub__find_tools", { query, ...more }))
          .tools as readonly Payload[]; // a list
      const [best] = await find("open a ticket about a bug in a repository");
      expect(best).toEqual({
        name: "work__create_issue",
        server: "work",
        description: "Files a new issue in a repository.",
        required: { repository: "string", title: "string" },
      });
      expect((await find("write an email to somebody"))[0]?.name).toBe("mail__send_mail");
      expect((await find("will it rain tomorrow: weather"))[0]?.name).toBe("work__forecast");
      expect(await find("mail", { limit: 1 })).toHaveLength(1);
      const nothing = found(await call(client, "hub__find_tools", { query: "xyzzy" }));
      expect(nothing).toMatchObject({
        tools: [],
        unmatchedWords: ["xyzzy"],
        hint: expect.stringContaining("list_servers"),
      });
    });

    test("hub__find_tools says which words of the query matched nothing", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?mode=search");
      const given = { query: "Please mail a Zeppelin to the Quagmire" };
      const answer = found(await call(client, "hub__find_tools", given));
      expect(namesOf(answer.tools)).toContain("mail__send_mail");
      expect(answer.unmatchedWords).toEqual(["zeppelin", "quagmire"]);
      const known = found(await call(client, "hub__find_tools", { query: "mail" }));
      expect(known).not.toHaveProperty("unmatchedWords");
    });

    test("hub__find_tools gives whole definitions of the tools that schemaOf names, and says which it does not know", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?mode=search");
      const find = async (given: Payload) => found(await call(client, "hub__find_tools", given));
      const schemaOf = ["work__create_issue"];
      const whole = { ...createIssue, name: "work__create_issue" };
      expect(await find({ schemaOf })).toMatchObject({ tools: [whole] });
      const both = await find({ query: "open an issue, or mail it", schemaOf });
      expect(namesOf(both.tools)).toEqual([
        "work__create_issue",
        ...["mail__delete_mail", "mail__send_mail"],
      ]);
      expect(both).toMatchObject({ tools: [whole, {}, {}] });
      expect(await find({ schemaOf: [...schemaOf, "work__nothing"] })).toMatchObject({
        tools: [whole],
        unknownNames: ["work__nothing"],
      });
      const { result } = await call(client, "hub__find_tools", { schemaOf: ["work__nothing"] });
      expect(result?.isError).toBe(true);
      expect(textOf({ result: result ?? {} })).toContain("work__nothing");
    });

    test("hub__find_tools answers five hits within 2 KB, whatever their definitions are", async () => {
      const hub = await TestHub.start();
      const name = (at: number) => `report_${at}_${"of_many_things_".repeat(4)}`.slice(0, 50);
      const long = 'Reports “everything” "there" is — ünd möre — '.repeat(60);
      const properties = Object.fromEntries(
        Array.from({ length: 90 }, (_, at) => [`parameter_${at}_✓`, text(`${long}.`)]),
      );
      const inputSchema = { type: "object", properties, required: Object.keys(properties) };
      const tools = Array.from({ length: 20 }, (_, at) =>
        tool(name(at), { description: long, inputSchema }),
      );
      await hub.register("reports", await ModernUpstream.start({ tools }));
      const client = await open(hub, "/mcp?mode=search");
      // The index grows in parts, so the last tool may not be in it yet.
      await until("all tools are in the index", async () => {
        const { tools: all } = found(
          await call(client, "hub__find_tools", { query: "report", limit: 20 }),
        );
        return namesOf(all).length === tools.length;
      });
      const query = `report everything ${"ßeltenes☃wört".repeat(30)} ${"q".repeat(300)}`;
      for (const [limit, most] of [
        [1, 2_048],
        [5, 2_048],
        [20, 2_048 + 15 * 400],
      ] as const) {
        const answer = await call(client, "hub__find_tools", { query, limit });
        expect(namesOf(found(answer).tools)).toHaveLength(limit);
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(most);
      }
    });

    test("what cannot be found because its server is away is said", async () => {
      const { hub, mailLease } = await withServers();
      await hub.deregister(mailLease);
      const path = "/mcp?servers=mail,work,nobody&mode=search";
      const client = await open(hub, path);
      for (const name of ["hub__find_tools", "hub__list_servers"]) {
        const { missing } = found(await call(client, name, { query: "mail" }));
        expect(missing).toContainEqual(
          expect.objectContaining({ server: "nobody", reason: expect.any(String) }),
        );
        expect(missing).toContainEqual(
          expect.objectContaining({ server: "mail", reason: expect.any(String) }),
        );
      }
    });

    test("hub__find_tools answers bad arguments with a tool error that says what was expected", async () => {
      const { hub } = await withServers();
      const client = await open(hub);
      for (const [given, said] of [
        [{}, "Expected query"],
        [{ query: " " }, "Expected query"],
        [{ query: 7 }, "got 7"],
        [{ query: "mail", limit: 0 }, "Expected limit to be 1-20, got 0"],
        [{ query: "mail", limit: "many" }, "Expected limit"],
        [{ query: "mail", schemaOf: "mail" }, "Expected schemaOf to be a list"],
        [{ schemaOf: ["a", 7] }, 'got ["a",7]'],
        [{ schemaOf: [] }, "Expected query"],
        [{ query: "", schemaOf: ["a"] }, "Expected query"],
        ["mail", "Expected query"],
      ] as const) {
        const { result } = await call(client, "hub__find_tools", given);
        expect(result?.isError).toBe(true);
        expect(textOf({ result: result ?? {} })).toContain(said);
      }
    });

    test("hub__call_tool gives the tool's own answer, errors and progress", async () => {
      const { hub } = await withServers();
      const client = await open(hub, "/mcp?mode=search");
      for (const [server, name] of [
        ["mail", "send_mail"],
        ["work", "create_issue"],
      ] as const) {
        const through = (given?: Payload) => ({
          name: `${server}__${name}`,
          ...(given === undefined ? {} : { arguments: given }),
        });
        const meta = { _meta: { progressToken: "mine" } };
        const { messages, response } = await client.call(
          "hub__call_tool",
          through({ title: "ø" }),
          meta,
        ).done;
        expect(textOf(response)).toBe(`${name} {"title":"ø"}`);
        expect(messages[0]).toMatchObject({
          method: "notifications/progress",
          params: { progressToken: "mine", progress: 1, message: "half" },
        });
        expect(textOf(await call(client, "hub__call_tool", through()))).toBe(`${name} {}`);
        const failed = await call(client, "hub__call_tool", through({ fail: "tool" }));
        expect(failed.result).toMatchObject({ isError: true });
        expect(textOf(failed)).toBe("no such place");
        const refused = await call(client, "hub__call_tool", through({ fail: "server" }));
        expect(refused.error).toMatchObject({ code: -32_050, message: "its own words" });
      }
    });

    test("hub__call_tool refuses itself, unknown names and odd arguments, and says why", async () => {
      const { hub, mail, work } = await withServers();
      const client = await open(hub);
      for (const [given, said] of [
        [{ name: "hub__call_tool", arguments: { name: "mail__send_mail" } }, "cannot call itself"],
        [{ name: "mail__send_mail", arguments: "to" }, "Expected arguments to be an object"],
        [{}, "Expected name"],
      ] as const) {
        const { result } = await call(client, "hub__call_tool", given);
        expect(result?.isError).toBe(true);
        expect(textOf({ result: result ?? {} })).toContain(said);
      }
      const { error } = await call(client, "hub__call_tool", { name: "nobody__nothing" });
      expect(error).toMatchObject({
        code: -32_602,
        message: expect.stringContaining("nobody__nothing"),
      });
      expect([...mail.calls, ...work.calls]).toEqual([]);
    });

    test("obey the deny list of a toolset: what it hides is neither found nor called", async () => {
      const { hub, mail } = await withServers();
      const deny = ["mail/delete_mail"];
      await hub.rest("POST", "/toolsets", { name: "Desk", mode: "search", deny });
      const client = await open(hub, "/toolsets/desk/mcp");
      const { tools } = found(await call(client, "hub__find_tools", { query: "delete mail" }));
      expect(namesOf(tools)).toContain("mail__send_mail");
      expect(namesOf(tools)).not.toContain("mail__delete_mail");
      const { error } = await call(client, "hub__call_tool", { name: "mail__delete_mail" });
      expect(error?.code).toBe(-32_602);
      expect(mail.calls).toEqual([]);
    });
  });
}
