import packageJson from "../package.json" with { type: "json" };

/** Who asks where this package asks for itself. */
export const ownIdentity = { name: "hub-register", version: packageJson.version } as const;
