import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "@hub/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { open, startHub } from "./stage.js";
import {
  cleanTryStage,
  copied,
  panelOf,
  press,
  shows,
  startEverything,
  startTrials,
} from "./try-stage.js";
import { violations } from "./violations.js";

const run = promisify(execFile);
cleanTryStage();

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
    await press(panel, "As text");
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
    await shows(panel, "You can copy the call when the input is valid.");
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
    await shows(panel, "The server does not say whether this tool changes anything.");
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
    await shows(panel.getByRole("alert"), "The tool reported an error.");
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
    await shows(kept.first(), "secrets removed");
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
    ).toContain('name: "Ada"');
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
    onTestFinished(() => rmSync(folder, { recursive: true }));
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

describe("trying comes first", () => {
  test("the call is in sight whatever the form holds, on a desktop and on a phone, and Ctrl-Enter makes it", async () => {
    const hub = await startHub();
    await startTrials(hub);
    for (const [width, height] of [
      [1280, 900],
      [390, 844],
    ] as const) {
      const page = await open(hub, "/ui/servers/trials?tab=tools&item=echo", { width, height });
      const panel = page.getByTestId("try");
      await panel.scrollIntoViewIfNeeded();
      const bar = panel.getByTestId("call-bar");
      await panel.getByLabel("name", { exact: true }).fill("Ada");
      const box = await bar.boundingBox();
      expect([width, (box?.y ?? height) + (box?.height ?? 0) <= height]).toEqual([width, true]);
      expect(box?.height).toBeLessThan(72);
      await panel.getByLabel("name", { exact: true }).press("Control+Enter");
      await shows(panel.getByRole("region", { name: "part 1 of the result" }), 'name: "Ada"');
      const duration = await panel.getByTestId("duration").boundingBox();
      expect(duration?.y).toBeLessThan(height - 56);
      expect([width, await violations(page)]).toEqual([width, []]);
    }
  });

  test("a result is a tree that is searched, and a table of markdown is one", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "long");
    await press(panel, "Call");
    const tree = panel.getByRole("region", { name: "structured content", exact: true });
    await shows(tree, "[300]");
    await panel.getByRole("searchbox", { name: "Search structured content" }).fill("299");
    await shows(tree, "299: 299");
    expect(await tree.getByText("298: 298").count()).toBe(0);
    await page.goto("/ui/servers/trials?tab=tools&item=write");
    await press(panel, "Call");
    await press(panel, "As markdown");
    await panel.getByRole("cell", { name: "high water" }).waitFor();
  });

  test("what a server suggests for the arguments of prompts and templates is offered", async () => {
    const hub = await startHub();
    await startEverything(hub);
    const { page, panel } = await panelOf(
      hub,
      "everything",
      "prompts",
      "test_prompt_with_arguments",
    );
    await panel.getByLabel("arg1").fill("par");
    await panel
      .getByTestId("suggestions for arg1")
      .locator('option[value="paris"]')
      .waitFor({ state: "attached" });
    const template = encodeURIComponent("test://template/{id}/data");
    await page.goto(`/ui/servers/everything?tab=resources&item=${template}`);
    await panel.getByLabel("id", { exact: true }).focus();
    await panel
      .getByTestId("suggestions for id")
      .locator("option")
      .first()
      .waitFor({ state: "attached" });
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
    await shows(panel, "templateTest:");
  });
});
