import type { McpServer, ServerEventBus } from "@modelcontextprotocol/server";

/**
 * Sends changes into a session of the 2025 revisions: lists to everyone, a resource to who subscribed.
 * (For 2026 the SDK's handler does this, on `subscriptions/listen`.) Returns how to stop.
 */
export function sendChanges({ server }: McpServer, changes: ServerEventBus): () => void {
  const subscribed = new Set<string>();
  server.setRequestHandler("resources/subscribe", ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });

  return changes.subscribe((change) => {
    const send = async (): Promise<void> => {
      switch (change.kind) {
        case "tools_list_changed":
          return server.sendToolListChanged();
        case "prompts_list_changed":
          return server.sendPromptListChanged();
        case "resources_list_changed":
          return server.sendResourceListChanged();
        case "resource_updated":
          if (subscribed.has(change.uri)) await server.sendResourceUpdated({ uri: change.uri });
          return;
        default:
          change satisfies never;
      }
    };
    // A session that is just closing needs no news.
    send().catch(() => undefined);
  });
}
