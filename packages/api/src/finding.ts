import { transports } from "@hub/core";
import { findingCodes, probeSteps } from "@hub/core/probing";
import { z } from "zod";

/** Why a server cannot be used: the step that failed, the cause, and what to do. */
export const findingSchema = z
  .object({
    step: z.enum(probeSteps),
    code: z.enum(findingCodes),
    cause: z.string().describe("One sentence: what happened."),
    fix: z.string().describe("One sentence: what to do."),
    suggestion: z
      .object({ endpoint: z.string().optional(), transport: z.enum(transports).optional() })
      .optional(),
  })
  .meta({ id: "Finding" });

export type FindingView = z.output<typeof findingSchema>;
