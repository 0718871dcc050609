import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { register } from "@hub/register";
import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { LegacyUpstream } from "../../packages/server/test/gateway/support/legacy-upstream.js";
import { textResult } from "../../packages/server/test/gateway/support/messages.js";
import { closeAll } from "../../packages/server/test/gateway/support/wait.js";
import type { HubProcess } from "../support/hub-process.js";
import { until } from "../support/until.js";
import { trials } from "./servers/trials.js";
import { cleanStage, open, startHub, startProgram } from "./stage.js";

const run = promisify(execFile);
const closing: (() => Promise<unknown>)[] = [];
// Before those of the stage, which ends the hub.
cleanStage();
afterEach(closeAll);
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startTrials(hub: HubProcess) {
  const seen = { erased: 0, cancelled: 0 };
  const options = { hubUrl: hub.url, port: 0, signals: false, log: () => {} };
  const registered = await register(() => trials(seen), options).ready;
  closing.push(() => registered.close());
  await hub.status("trials", "up");
  return seen;
}

async function startEverything(hub: HubProcess): Promise<void> {
  startProgram(hub, "apps/everything/dist/main.js");
  await hub.status("everything", "up");
}

/** The panel of one tool, prompt or resource. */
async function panelOf(hub: HubProcess, server: string, tab: string, item: string) {
  const path = `/ui/servers/${server}?tab=${tab}&item=${encodeURIComponent(item)}`;
  const page = await open(hub, path);
  const panel = page.getByTestId("try");
  await panel.waitFor();
  return { page, panel };
}

const press = (within: Page | Locator, name: string) =>
  within.getByRole("button", { name, exact: true }).click();
const shows = (within: Page | Locator, text: string) => within.getByText(text).first().waitFor();
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

describe("trying a tool", () => {
  test("a form for every kind of value sends what was filled in and nothing else", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { panel } = await panelOf(hub, "trials", "tools", "echo");
    await press(panel, "Call");
    await shows(panel, "One field needs your attention.");
    const name = panel.getByLabel("name", { exact: true });
    expect(await name.getAttribute("aria-invalid")).toBe("true");
    await name.fill("Ada");
    await panel.getByLabel("count").fill("1e");
    await shows(panel, "This must be a whole number.");
    await panel.getByLabel("count").fill("7");
    await panel.getByLabel("urgent").selectOption("false");
    await panel.getByLabel("colour").selectOption("Blue");
    await panel.getByLabel("size").selectOption("Small");
    for (const [index, tag] of ["one", "two"].entries()) {
      await press(panel, "Add to tags");
      await panel.getByLabel(`tags ${index + 1}`, { exact: true }).fill(tag);
    }
    await press(panel, "Move tags 1 down");
    await panel.getByLabel("city").fill("Oslo");
    await panel.getByLabel("Form of target").selectOption("By number");
    await panel.getByLabel("number").fill("5");
    await panel.getByLabel("on", { exact: true }).fill("2026-07-28");
    await panel.getByLabel("anything").fill('{"a": [1]}');
    await press(panel, "Call");
    await panel.getByRole("heading", { name: "Result" }).waitFor();
    const text = await panel
      .getByRole("region", { name: "part 1 of the result" })
      .locator("pre")
      .textContent();
    expect(JSON.parse(text ?? "")).toEqual({
      name: "Ada",
      amount: 1.5,
      count: 7,
      urgent: false,
      colour: "blue",
      size: "s",
      tags: ["two", "one"],
      place: { city: "Oslo" },
      target: { number: 5 },
      on: "2026-07-28",
      anything: { a: [1] },
    });
    await shows(panel.getByRole("region", { name: "structured content" }), "given:");
  });

  test("raw JSON and the form keep what was typed in each other", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { panel } = await panelOf(hub, "trials", "tools", "echo");
    await panel.getByLabel("name", { exact: true }).fill("Ada");
    await panel.getByLabel("count").fill("2 o");
    await panel.getByLabel("Raw JSON").check();
    const raw = panel.getByLabel("Arguments as JSON");
    expect(JSON.parse(await raw.inputValue())).toEqual({ name: "Ada", amount: 1.5, count: "2 o" });
    await raw.fill('{"name": "Bo",\n "amount": }');
    await shows(panel, "line 2, column 12");
    await panel.getByLabel("Raw JSON").click();
    expect(await raw.inputValue()).toContain('"amount": }');
    await raw.fill('{"name": "Bo", "amount": 12345678901234567890}');
    await shows(
      panel,
      "The number 12345678901234567890 at line 1, column 26 cannot be sent exactly",
    );
    await shows(panel, "It can be copied once it can be sent.");
    const mine = '{"name":   "Bo", "amount": 3, "extra": true}';
    await raw.fill(mine);
    await panel.getByLabel("Raw JSON").uncheck();
    expect(await panel.getByLabel("name", { exact: true }).inputValue()).toBe("Bo");
    await shows(panel, "Sent as well, without a field here: extra");
    await panel.getByLabel("Raw JSON").check();
    expect(await raw.inputValue()).toBe(mine);
  });

  test("progress and log messages are seen on the way", async () => {
    const hub = await startHub();
    await startEverything(hub);
    const { page, panel } = await panelOf(hub, "everything", "tools", "test_tool_with_logging");
    await press(panel, "Call");
    await shows(panel.getByRole("region", { name: "Log messages" }), "Tool processing data");
    await shows(panel, "Logged three messages");
    await page.goto("/ui/servers/everything?tab=tools&item=test_tool_with_progress");
    await press(panel, "Call");
    await panel.getByRole("progressbar", { name: "Progress of the call" }).waitFor();
    await shows(panel, "100 of 100");
    await panel.getByTestId("duration").waitFor();
  });

  test("a call can be cancelled, and the server notices", async () => {
    const hub = await startHub();
    const seen = await startTrials(hub);
    const { panel } = await panelOf(hub, "trials", "tools", "wait");
    await shows(panel, "This tool does not say whether it changes anything.");
    await press(panel, "Call");
    await panel.getByRole("timer").waitFor();
    await press(panel, "Cancel");
    await shows(panel, "cancelled after");
    await until("the server to notice", () => seen.cancelled === 1);
  });

  test("images, sounds, embedded resources and errors are shown as what they are", async () => {
    const hub = await startHub();
    await startEverything(hub);
    const { page, panel } = await panelOf(
      hub,
      "everything",
      "tools",
      "test_multiple_content_types",
    );
    await press(panel, "Call");
    await shows(panel, "Multiple content types test:");
    await shows(panel, "test://mixed-content-resource");
    const image = panel.getByRole("img", { name: /image\/png/ });
    expect(
      await image.evaluate((one: HTMLImageElement) => one.decode().then(() => one.naturalWidth)),
    ).toBe(1);
    await page.goto("/ui/servers/everything?tab=tools&item=test_audio_content");
    await press(panel, "Call");
    await panel.locator('audio[src^="data:audio/wav"]').waitFor();
    await page.goto("/ui/servers/everything?tab=tools&item=test_error_handling");
    await press(panel, "Call");
    await shows(panel.getByRole("alert"), "The tool says that it failed.");
    await page.goto("/ui/servers/everything?tab=tools&item=test_missing_capability");
    await press(panel, "Call");
    await shows(panel.getByRole("alert"), "The call failed");
    await shows(panel.getByRole("alert"), "-32021");
  });

  test("text stays text; as markdown it has no images, no HTML and only links to the web", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "write");
    await press(panel, "Call");
    await shows(panel, "# Title");
    await press(panel, "As markdown");
    const shown = panel.getByTestId("markdown");
    await shows(shown, "[image: cat");
    expect(
      await shown
        .getByRole("link")
        .evaluateAll((links) => links.map((one) => one.getAttribute("href"))),
    ).toEqual(["https://example.org/a", "https://example.org/cat.png"]);
    expect(await shown.locator("img").count()).toBe(0);
    await page.goto("/ui/servers/trials?tab=tools&item=long");
    await press(panel, "Call");
    await shows(panel, "Show more (50,007 characters left)");
    await shows(panel, "Show more (200 left)");
  });

  test("the server's question is asked in a dialog that says who asks", async () => {
    const hub = await startHub();
    await startEverything(hub);
    await startTrials(hub);
    const path = "test_input_required_result_multi_round";
    const { page, panel } = await panelOf(hub, "everything", "tools", path);
    await press(panel, "Call");
    const dialog = page.getByRole("dialog", { name: "Everything asks" });
    await shows(dialog, "Step 1: What is your name?");
    // A click beside a question is no answer.
    await page.mouse.click(5, 5);
    await press(dialog, "Send answer");
    await shows(dialog, "This is needed.");
    await dialog.getByLabel("name").fill("Ada");
    await press(dialog, "Send answer");
    await shows(dialog, "Step 2: What is your favourite colour?");
    await dialog.getByLabel("color").fill("green");
    await press(dialog, "Send answer");
    await shows(panel, "Ada likes green");
    await page.goto("/ui/servers/trials?tab=tools&item=sign_in");
    await press(panel, "Call");
    const asks = page.getByRole("dialog", { name: "Trials asks" });
    await shows(asks, "example.org");
    expect(await asks.getByRole("link").getAttribute("href")).toBe("https://example.org/in?a=1");
    await press(asks, "Decline");
    await shows(panel, '{"action":"decline"}');
  });

  test("a server of 2025 that asks in the middle of a call asks in the same dialog", async () => {
    const hub = await startHub();
    const old = await LegacyUpstream.start({ name: "Old", tools: ["asks"] });
    old.on("asks", async (call) => {
      call.progress(1, "half way");
      const { action, content } = await call.ask("elicitation/create", {
        message: "Which harbour?",
        requestedSchema: {
          type: "object",
          properties: { harbour: { type: "string" } },
          required: ["harbour"],
        },
      });
      return textResult(`${action}: ${JSON.stringify(content)}`);
    });
    await hub.register({ name: "Old", transport: "streamable-http", endpoint: old.endpoint });
    await hub.status("old", "up");
    const { page, panel } = await panelOf(hub, "old", "tools", "asks");
    await press(panel, "Call");
    const dialog = page.getByRole("dialog", { name: "Old asks" });
    await shows(dialog, "Which harbour?");
    await dialog.getByLabel("harbour").fill("Bergen");
    await press(dialog, "Send answer");
    await shows(panel, 'accept: {"harbour":"Bergen"}');
    // The call was held meanwhile, not made twice.
    expect(old.callsOf("asks")).toHaveLength(1);
  });

  test("a destructive tool is called only after a second yes", async () => {
    const hub = await startHub();
    const seen = await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "erase");
    await panel.getByLabel("what").fill("all");
    await press(panel, "Call");
    const dialog = page.getByRole("dialog", { name: "Call erase?" });
    await dialog.waitFor();
    await page.mouse.click(5, 5);
    await press(dialog, "Do not call");
    await dialog.waitFor({ state: "detached" });
    expect(seen.erased).toBe(0);
    await press(panel, "Call");
    await press(dialog, "Call it");
    await shows(panel, "Erased all");
    expect(seen.erased).toBe(1);
  });

  test("a past call can be made again, and changed first; secrets are not kept", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "echo");
    const name = panel.getByLabel("name", { exact: true });
    const kept = panel.getByRole("listitem").filter({ hasText: /done/ });
    await name.fill("Ada");
    await press(panel, "Call");
    await panel.getByText("Past calls").waitFor();
    await page.reload();
    await panel.getByText("Past calls").click();
    await kept.getByRole("button", { name: /^Edit/ }).click();
    expect(await name.inputValue()).toBe("Ada");
    await name.fill("Bo");
    await panel.getByLabel("password").fill("hidden-word");
    await press(panel, "Call");
    await shows(kept.first(), "kept without its secrets");
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(
      "hidden-word",
    );
    await kept
      .last()
      .getByRole("button", { name: /^Replay/ })
      .click();
    await kept.nth(2).waitFor();
    expect(
      await panel.getByRole("region", { name: "part 1 of the result" }).textContent(),
    ).toContain('"name":"Ada"');
  });

  test("the copied command and the copied program do the same call", async () => {
    const hub = await startHub();
    await startEverything(hub);
    await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "echo");
    await panel.getByLabel("name", { exact: true }).fill("it's $HOME `x`");
    await press(panel, "Copy as curl (bash)");
    const { stdout } = await run("bash", ["-c", await copied(page)]);
    expect(stdout).toContain("it's $HOME `x`");
    await press(panel, "Copy as TypeScript");
    // Beside this file, so that Node finds the SDK.
    const folder = mkdtempSync(join(import.meta.dirname, "pasted-"));
    closing.push(async () => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "pasted.mjs"), await copied(page));
    const program = await run(process.execPath, [join(folder, "pasted.mjs")]);
    expect(program.stdout).toContain("it's $HOME `x`");
    await page.goto("/ui/servers/everything?tab=tools&item=test_x_mcp_header");
    await panel.getByLabel("region").fill("Zürich");
    await press(panel, "Copy as curl (bash)");
    expect((await run("bash", ["-c", await copied(page)])).stdout).toContain("region=Zürich");
    await press(panel, "Call");
    await shows(panel, "region=Zürich");
  });
});

describe("trying prompts and resources", () => {
  test("a prompt takes arguments and shows its messages", async () => {
    const hub = await startHub();
    await startEverything(hub);
    const { panel } = await panelOf(hub, "everything", "prompts", "test_prompt_with_arguments");
    await panel.getByLabel("arg1").fill("paris");
    await panel.getByLabel("arg2").fill("two");
    await press(panel, "Get");
    await shows(panel, "arg1='paris', arg2='two'");
    await shows(panel, "user");
  });

  test("a resource is read, and a template with its variables", async () => {
    const hub = await startHub();
    await startEverything(hub);
    const { page, panel } = await panelOf(hub, "everything", "resources", "test://static-binary");
    await press(panel, "Read");
    await panel.getByRole("img", { name: /image\/png/ }).waitFor();
    const template = encodeURIComponent("test://template/{id}/data");
    await page.goto(`/ui/servers/everything?tab=resources&item=${template}`);
    await panel.getByLabel("id", { exact: true }).fill("a b");
    await shows(panel, "test://template/a%20b/data");
    await press(panel, "Read");
    await shows(panel, '"templateTest":true');
  });
});
