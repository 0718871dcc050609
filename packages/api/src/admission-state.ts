import { principalKinds, waitingReasons } from "@hub/core/access";
import { z } from "zod";
import { instant } from "./fields.js";

/** Who did something, as it is shown. */
export const actorSchema = z
  .object({ kind: z.enum(principalKinds), id: z.string(), name: z.string().optional() })
  .meta({ id: "Actor" });

export const judgeSchema = z
  .object({
    kind: z.enum([...principalKinds, "rule"]),
    id: z.string().describe("Of a rule: the pattern that fits, or `open`."),
    name: z.string().optional(),
  })
  .meta({ id: "Judge" });

export const waitingReasonSchema = z
  .enum(waitingReasons)
  .describe(
    "`new`: nobody has let the name in. Else somebody had, and then it was registered by another (`other-registrant`) or at another host (`other-host`).",
  );

export const admissionSchema = z
  .object({
    state: z.enum(["waiting", "refused"]),
    since: instant,
    because: waitingReasonSchema.optional().describe("Why it waits."),
    by: judgeSchema.optional().describe("Who refused it."),
    reason: z.string().optional().describe("Why it was refused."),
  })
  .meta({ id: "Admission" });
