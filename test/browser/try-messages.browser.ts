import type { MadeTokenView } from "@hub/api";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { expectToFitEveryScreen } from "./every-screen.js";
import { ask, signIn } from "./signed-in.js";
import { open, startHub } from "./stage.js";
import { cleanTryStage, copied, panelOf, press, shows, startTrials } from "./try-stage.js";

cleanTryStage();

const messagesOf = async (panel: Locator, count: number) => {
  await panel.getByRole("heading", { name: "Result" }).waitFor();
  await panel.getByText(`Messages (${count})`, { exact: true }).click();
  const list = panel.getByRole("list", { name: "Messages" });
  await list.waitFor();
  return list.getByRole("listitem");
};
const textOf = async (message: Locator) => (await message.locator("pre").textContent()) ?? "";

describe("the messages of a call", { timeout: 120_000 }, () => {
  test("are shown as they were sent and received, can be copied, and hold no token", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const made = { name: "admin", grants: [{ action: "admin" }] };
    const { token } = await ask<MadeTokenView>(hub, "", "/tokens", made);
    const page = await open(hub, "/ui/servers/trials?tab=tools&item=echo");
    await signIn(page, token);
    const panel = page.getByTestId("try");
    await panel.getByLabel("name", { exact: true }).fill("Ada");
    const sent = page.waitForRequest((request) => request.url().endsWith("/servers/trials/mcp"));
    await press(panel, "Call");
    const body: unknown = (await sent).postDataJSON();
    const messages = await messagesOf(panel, 2);
    expect(await messages.count()).toBe(2);
    const [request, answer] = [await textOf(messages.nth(0)), await textOf(messages.nth(1))];
    await messages.nth(0).getByText("sent", { exact: true }).waitFor();
    await messages.nth(1).getByText("received", { exact: true }).waitFor();
    expect(JSON.parse(request)).toEqual(body);
    expect(JSON.parse(request)).toMatchObject({
      jsonrpc: "2.0",
      method: "tools/call",
      params: { name: "echo", arguments: { name: "Ada" } },
    });
    expect(JSON.parse(answer)).toMatchObject({
      jsonrpc: "2.0",
      id: JSON.parse(request).id,
      result: { structuredContent: { given: { name: "Ada" } } },
    });
    for (const [at, text] of [request, answer].entries()) {
      expect(text).not.toContain(token);
      await messages
        .nth(at)
        .getByRole("button", { name: `Copy message ${at + 1}` })
        .click();
      await expect.poll(() => copied(page)).toBe(text);
    }
    await expectToFitEveryScreen(page);
  });

  test("of a call in rounds are all there, and what a stranger writes stays text, of bounded length", async () => {
    const hub = await startHub();
    await startTrials(hub);
    const { page, panel } = await panelOf(hub, "trials", "tools", "sign_in");
    await press(panel, "Call");
    await press(page.getByRole("dialog", { name: "Trials asks" }), "Decline");
    await shows(panel, 'action: "decline"');
    const rounds = await messagesOf(panel, 4);
    expect(await rounds.locator("p > span:first-child").allTextContents()).toEqual([
      "sent",
      "received",
      "sent",
      "received",
    ]);
    expect(await textOf(rounds.nth(2))).toContain('"inputResponses"');

    await page.goto("/ui/servers/trials?tab=tools&item=write");
    await press(panel, "Call");
    const written = await messagesOf(panel, 2);
    expect(await textOf(written.nth(1))).toContain("<img src=x onerror=alert(1)>");
    expect(await written.locator("img, a").count()).toBe(0);

    await page.goto("/ui/servers/trials?tab=tools&item=long");
    await press(panel, "Call");
    const long = await messagesOf(panel, 2);
    await shows(long.nth(1), "the beginning of 25");
    expect((await textOf(long.nth(1))).length).toBe(128 * 1024);
  });
});
