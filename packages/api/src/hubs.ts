import { z } from "zod";
import { instant } from "./fields.js";
import { defineRoute } from "./route.js";

const hubSchema = z
  .object({
    id: z.string().describe("Made anew at each start of its process."),
    isSelf: z.boolean().describe("Whether it is the hub that answers."),
    address: z.string().optional().describe("Where other hubs reach it."),
    version: z.string(),
    startedAt: instant,
    lastSeenAt: instant.describe("When the store last heard of it."),
    state: z
      .enum(["working", "joining", "silent"])
      .describe(
        "`working`: it takes its part of the probes. `joining`: it has just come, and will in some seconds. `silent`: it is gone, or cut off from the store, and the others do its part.",
      ),
    isLeader: z.boolean().describe("Whether it does what one hub does for all, such as trimming."),
    hasAnotherKey: z
      .literal(true)
      .optional()
      .describe(
        "It has not the key that is noted in the database of the hubs, or none: it takes no credentials, and does not start once one is sealed there.",
      ),
    servers: z
      .number()
      .optional()
      .describe("How many servers it probes. Absent for whoever may not read all servers."),
  })
  .meta({ id: "Hub" });

export const listHubs = defineRoute({
  method: "get",
  path: "/hubs",
  tag: "Operations",
  access: "read",
  summary: "The hubs that share one catalogue",
  description:
    "Several hubs on one Postgres database work as one: any of them answers any request, and each server is probed by one. A hub on a file is the only one.",
  answers: {
    200: {
      description: "As the hub that answers sees them, itself among them.",
      content: { "application/json": z.object({ hubs: z.array(hubSchema) }) },
    },
  },
});

export type HubView = z.output<typeof hubSchema>;
export type HubList = { readonly hubs: readonly HubView[] };
