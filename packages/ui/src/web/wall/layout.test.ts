import { describe, expect, test } from "vitest";
import { gap, layoutFor } from "./layout.js";

const screen = { width: 1_890, height: 940 };

/** How high the tiles are together when trouble comes first and the rest fills every hole. */
function heightOf(calm: number, trouble: number, place = screen): number {
  const { columns, height, troubleSpan } = layoutFor(place, calm, trouble);
  const perRow = Math.floor(columns / troubleSpan);
  const cells = calm + trouble * troubleSpan ** 2;
  const rows = Math.max(Math.ceil(trouble / perRow) * troubleSpan, Math.ceil(cells / columns));
  return rows * height + (rows - 1) * gap;
}

describe("the layout of the wall", () => {
  test("one server has all of the place", () => {
    expect(layoutFor(screen, 1, 0)).toEqual({
      columns: 1,
      troubleSpan: 1,
      isList: false,
      ...screen,
    });
  });

  test("up to two hundred servers are on the screen, with trouble twice as wide and high", () => {
    for (const [calm, trouble] of [
      [2, 0],
      [3, 1],
      [50, 3],
      [190, 8],
      [200, 0],
    ] as const) {
      expect(heightOf(calm, trouble)).toBeLessThanOrEqual(screen.height + 0.01);
      expect(layoutFor(screen, calm, trouble).troubleSpan).toBe(trouble > 0 ? 2 : 1);
    }
  });

  test("when most are in trouble, none of them is made bigger", () => {
    expect(layoutFor(screen, 5, 20).troubleSpan).toBe(1);
    expect(layoutFor(screen, 0, 20).troubleSpan).toBe(1);
  });

  test("five hundred servers scroll and can still be read", () => {
    const { width, height } = layoutFor(screen, 490, 10);
    expect(width).toBeGreaterThanOrEqual(112);
    expect(height).toBeGreaterThanOrEqual(52);
  });

  test("on a phone trouble takes the whole width, and the rest half of it", () => {
    expect(layoutFor({ width: 366, height: 560 }, 4, 3)).toMatchObject({
      columns: 2,
      troubleSpan: 2,
      isList: true,
    });
    expect(layoutFor({ width: 340, height: 560 }, 4, 0).columns).toBe(1);
    expect(layoutFor({ width: 100, height: 560 }, 4, 1)).toMatchObject({
      columns: 1,
      troubleSpan: 1,
    });
  });
});
