import { closeAll, LegacyUpstream, textResult } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { startHub } from "./stage.js";
import { cleanTryStage, panelOf, press, shows, startEverything, startTrials } from "./try-stage.js";

cleanTryStage();
afterEach(closeAll);

describe("what a person is asked while trying a tool", () => {
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
    await shows(dialog, "This field is required.");
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
    await shows(panel, 'action: "decline"');
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
});
