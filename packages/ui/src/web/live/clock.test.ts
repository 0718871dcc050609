import { afterEach, describe, expect, test } from "vitest";
import { hubNow, learnHubTime } from "./clock.js";

const inMs = (ms: number) => new Date(Date.now() + ms).toUTCString();

afterEach(() => learnHubTime(inMs(0)));

describe("the hub's time", () => {
  test("a browser whose clock is off counts by the hub's", () => {
    learnHubTime(inMs(120_000));
    expect(hubNow() - Date.now()).toBeGreaterThan(118_000);
    expect(hubNow() - Date.now()).toBeLessThan(122_000);
    learnHubTime(inMs(-3_600_000));
    expect(hubNow() - Date.now()).toBeLessThan(-3_597_000);
  });

  test("less than the header can tell is no difference, and an answer without it changes nothing", () => {
    learnHubTime(inMs(600));
    expect(hubNow() - Date.now()).toBe(0);
    learnHubTime(inMs(60_000));
    learnHubTime(null);
    learnHubTime("yesterday");
    expect(hubNow() - Date.now()).toBeGreaterThan(58_000);
  });
});
