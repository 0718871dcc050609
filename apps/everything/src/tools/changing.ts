import type { McpServer, ServerEvent } from "@modelcontextprotocol/server";
import { watchedUri } from "../resources.js";
import type { Shared } from "../shared.js";
import { textResult } from "../text.js";

const announcements: readonly (readonly [string, string, ServerEvent])[] = [
  ["test_trigger_tool_change", "the list of tools", { kind: "tools_list_changed" }],
  ["test_trigger_prompt_change", "the list of prompts", { kind: "prompts_list_changed" }],
  ["test_trigger_resource_change", "the list of resources", { kind: "resources_list_changed" }],
  ["test_trigger_resource_update", watchedUri, { kind: "resource_updated", uri: watchedUri }],
];

/** Tools that tell every client that something has changed. */
export function registerChangingTools(server: McpServer, { changes }: Shared): void {
  for (const [name, subject, change] of announcements) {
    server.registerTool(
      name,
      { description: `Announces that ${subject} has changed.` },
      async () => {
        changes.publish(change);
        return textResult(`Announced that ${subject} has changed.`);
      },
    );
  }
}
