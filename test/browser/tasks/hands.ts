import type { Locator, Page } from "playwright-core";
import type { Figures } from "./report.js";

/** A person's two hands: what is clicked and pressed is counted, and how long it took. */
export class Hands {
  readonly page: Page;
  clicks = 0;
  keys = 0;
  readonly #startedAt = performance.now();

  constructor(page: Page) {
    this.page = page;
  }

  /** What was done so far. */
  figures(): Figures {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    return { clicks: this.clicks, keys: this.keys, seconds };
  }

  async click(what: Locator): Promise<void> {
    await what.first().click();
    this.clicks += 1;
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
    this.keys += 1;
  }

  /** Letter by letter, where the focus is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    this.keys += text.length;
  }

  /** What was copied last. */
  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** What a person has in the clipboard, such as an address or a token: one chord. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await this.page.keyboard.press("Control+v");
    this.keys += 1;
  }
}
