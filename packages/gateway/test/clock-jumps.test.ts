import { systemClock } from "@hub/core";
import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  type Payload,
  TestHub,
  textOf,
  textResult,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const day = 24 * 3_600_000;
const jumps = { "a day forward": day, "a year back": -365 * day, "to 1970": -56 * 365 * day };

describe("when somebody sets the clock of the machine", () => {
  for (const [title, byMs] of Object.entries(jumps))
    test(`${title}, nothing that lasts is over or lasts longer`, async () => {
      let offMs = 0;
      const clock = { ...systemClock, wall: () => systemClock.wall() + offMs };
      const hub = await TestHub.start({ clock });
      const upstream = await LegacyUpstream.start({ tools: ["asks", "echo"] });
      upstream.on("asks", async (call) => {
        await call.ask("elicitation/create", { mode: "form", message: "?" });
        return textResult("done");
      });
      const lease = await hub.register("old", upstream);
      const modern = new ModernClient(hub.url, { capabilities: { elicitation: { form: {} } } });
      const legacy = await LegacyClient.open(hub.url);
      expect(textOf((await legacy.call("old__echo").done).response)).toBe("{}");
      const asked = (await modern.call("old__asks").done).response.result;
      expect(asked?.resultType).toBe("input_required");

      offMs = byMs;
      const [key = ""] = Object.keys(asked?.inputRequests as Payload); // the revision says so
      const answered = await modern.call(
        "old__asks",
        {},
        {
          requestState: asked?.requestState,
          inputResponses: { [key]: { action: "accept", content: {} } },
        },
      ).done;
      expect(textOf(answered.response)).toBe("done");
      expect(textOf((await legacy.call("old__echo").done).response)).toBe("{}");
      await hub.rest("PUT", `/leases/${lease.id}`);
      expect(hub.status("old")).toBe("up");
      const { rows } = (await hub.rest("GET", "/traffic?server=old")) as {
        readonly rows: readonly Payload[];
      }; // as its description says
      const echo = rows.find(({ name }) => name === "echo");
      expect(echo).toMatchObject({ calls: 2, callsPerMinute: 2 });
      expect(echo?.maxMs).toBeLessThan(day);
      expect(hub.errors).toEqual([]);
    });
});
