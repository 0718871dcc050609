/** The groups that a document shows the routes in, in its order. Each route names one of them. */
export const tags = [
  { name: "Registration", description: "For servers: register, stay listed, leave." },
  { name: "Catalogue", description: "Which servers exist and what they offer." },
  { name: "Credentials", description: "What the hub proves itself with to servers." },
  { name: "Gateway", description: "What clients call through the hub, how often and how fast." },
  { name: "Toolsets", description: "Saved selections of tools, each with an endpoint of its own." },
  { name: "Connect", description: "Ready configuration for clients." },
  { name: "Events", description: "What happens." },
  { name: "Diagnosis", description: "Why a server cannot be reached." },
  { name: "Access", description: "Who may do what." },
  { name: "Operations", description: "For operators of the hub." },
] as const;

export type TagName = (typeof tags)[number]["name"];
