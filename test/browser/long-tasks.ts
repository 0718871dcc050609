import type { Page } from "playwright-core";

/** Has the page keep how long each of its tasks takes that the browser calls long. */
export async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const long: number[] = [];
    Reflect.set(window, "longTasks", long);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(duration);
    }).observe({ type: "longtask" });
  });
}

/**
 * The tasks since `watchTasks` that took longer than `mostMs`, by default 200. What draws all of thousands takes
 * seconds; a busy machine makes 50 ms, which is the bar on a quiet one (`npm run bench -- ui`), many times longer.
 */
export async function longTasks(page: Page, mostMs = 200): Promise<readonly number[]> {
  const long = await page.evaluate(() => Reflect.get(window, "longTasks") as number[]); // put there by watchTasks
  return long.filter((ms) => ms > mostMs);
}
