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

/** One for all files of a worker: each page has a profile of its own. It ends with its worker. */
let shared: Promise<Browser> | undefined;

function launch(executablePath: string | undefined): Promise<Browser> {
  if (executablePath === undefined)
    throw new Error("CHROMIUM_PATH is not set. Run these tests with `npm run test:browser`.");
  return chromium.launch({
    executablePath,
    // Root has no sandbox; the pages are our own.
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      // The key of a certificate that a test made: no other is trusted by this.
      ...(process.env.HUB_PROXY_KEY === undefined
        ? []
        : [`--ignore-certificate-errors-spki-list=${process.env.HUB_PROXY_KEY}`]),
    ],
  });
}

function sharedBrowser(): Promise<Browser> {
  shared ??= launch(process.env.CHROMIUM_PATH);
  return shared;
}

export type PageOptions = {
  readonly url: string;
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Origins where it may be beside the hub's, such as an issuer's. Default: none. */
  readonly beside?: readonly string[];
  /** A browser of its own, which this program starts. Default: the one of all pages. */
  readonly program?: string;
};

/** A page with nothing in it yet, in a browser profile of its own, that is watched from the beginning. */
export async function openPage({
  url,
  theme = "light",
  width = 1280,
  height = 900,
  beside = [],
  program,
}: PageOptions): Promise<{ page: Page; context: BrowserContext; watch: Watch }> {
  const browser = await (program === undefined ? sharedBrowser() : launch(program));
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  // A page that others on the way could change has no clipboard to be allowed.
  if (isTrustworthy(new URL(url)))
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  const watch: Watch = { foreign: [], violations: [], troubles: [] };
  const page = await context.newPage();
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    const isOwn = [new URL(url).origin, ...beside].includes(origin);
    if (!isOwn && !["data:", "blob:"].includes(protocol)) watch.foreign.push(request.url());
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

const isTrustworthy = ({ protocol, hostname }: URL) =>
  protocol === "https:" || hostname.startsWith("127.");

/** Waits until nothing on the page says that it is loading. */
export async function isLoaded(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll('[role="status"]')].some((one) =>
        one.textContent?.startsWith("Loading"),
      ),
  );
}
