import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** What a page did that it must never do. */
export type Watch = {
  /** Requests to anybody but the hub. */
  readonly foreign: string[];
  /** Of the page's policy. */
  readonly violations: string[];
  /** Dialogs, thrown errors, and errors on the console that are no refused request. */
  readonly troubles: string[];
};

let browser: Promise<Browser> | undefined;

function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH;
  if (executablePath === undefined)
    throw new Error("CHROMIUM_PATH is not set. Run these tests with `npm run test:browser`.");
  browser ??= chromium.launch({
    executablePath,
    // Root has no sandbox; the pages are our own.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export type PageOptions = {
  readonly url: string;
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
};

/** A page with nothing in it yet, in a browser profile of its own, that is watched from the beginning. */
export async function openPage({
  url,
  theme = "light",
  width = 1280,
  height = 900,
}: PageOptions): Promise<{ page: Page; context: BrowserContext; watch: Watch }> {
  const context = await (await launch()).newContext({
    baseURL: url,
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  const watch: Watch = { foreign: [], violations: [], troubles: [] };
  const page = await context.newPage();
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== new URL(url).origin && !["data:", "blob:"].includes(protocol))
      watch.foreign.push(request.url());
  });
  page.on("dialog", (dialog) => {
    watch.troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => watch.troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A hub that is away or says no is part of some tests, and Chromium writes each such answer down.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      watch.troubles.push(`console: ${message.text()}`);
  });
  await page.exposeBinding("toldViolation", (_, text: string) => void watch.violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      // Put there by exposeBinding above.
      const { toldViolation } = window as unknown as { toldViolation(text: string): void };
      toldViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  return { page, context, watch };
}

/** Waits until nothing on the page says that it is loading. */
export async function isLoaded(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll('[role="status"]')].some((one) =>
        one.textContent?.startsWith("Loading"),
      ),
  );
}
