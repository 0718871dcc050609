import type {
  AdmissionRulesView,
  AuditList,
  CallList,
  CapabilityChangeList,
  ClientConfig,
  ClientList,
  CredentialList,
  Diagnosis,
  EventList,
  Health,
  HubHistory,
  HubList,
  HubVersion,
  LogLevelView,
  MadeTokenView,
  Pulse,
  Readiness,
  RegisterAnswer,
  RenewAnswer,
  ServerDetail,
  ServerHistory,
  ServerList,
  ServerPrompts,
  ServerResources,
  ServerTools,
  SessionView,
  SettingList,
  TokenList,
  ToolList,
  ToolsetList,
  ToolsetPreview,
  ToolsetView,
  Traffic,
  Uptime,
  WhoAmI,
} from "@hub/api";
import type { Shape } from "./shape.js";

const instance = { id: "", endpoint: "", transport: "", status: "" } as const;

const server = {
  id: "",
  name: "",
  tags: [""],
  transport: "",
  endpoint: "",
  status: "",
  instances: [instance],
} as const;

const toolset = {
  id: "",
  name: "",
  servers: [""],
  tags: [""],
  mode: "",
  prefix: "",
  url: "",
} as const;

const tool = { serverId: "", serverName: "", serverStatus: "", name: "", definition: {} } as const;

const grant = { action: "" } as const;

const token = { id: "", name: "", grants: [grant], source: "", isExpired: false } as const;

const event = { kind: "", seq: 0, at: "", serverId: "", name: "" } as const;

/** What tells an answer of a hub from whatever else may be at its address. */
export const shapes = {
  // It grants a lease and is told nothing else, so that hubs of every version will do.
  registered: {
    server: { id: "" },
    instance: { id: "" },
    "lease?": { id: "", ttlMs: 0, heartbeatMs: 0 },
    "retryAfterMs?": 0,
  } satisfies Shape<RegisterAnswer>,
  renewed: { ttlMs: 0, heartbeatMs: 0 } satisfies Shape<RenewAnswer>,
  servers: { servers: [server], "nextCursor?": "" } satisfies Shape<ServerList>,
  server: { ...server, etag: "", warnings: [""] } satisfies Shape<ServerDetail>,
  tools: { tools: [tool], "nextCursor?": "" } satisfies Shape<ToolList>,
  serverTools: {
    tools: [{ name: "" }],
    hashes: {},
    "nextCursor?": "",
  } satisfies Shape<ServerTools>,
  serverResources: {
    resources: [{ uri: "" }],
    resourceTemplates: [{ uriTemplate: "" }],
    hashes: {},
    "nextCursor?": "",
  } satisfies Shape<ServerResources>,
  serverPrompts: {
    prompts: [{ name: "" }],
    hashes: {},
    "nextCursor?": "",
  } satisfies Shape<ServerPrompts>,
  serverChanges: {
    changes: [{ seq: 0, at: "", hash: "", items: [{ change: "", kind: "", key: "" }] }],
    "nextCursor?": "",
  } satisfies Shape<CapabilityChangeList>,
  credentials: {
    origins: [""],
    credentials: [{ name: "", kind: "", origins: [""], setAt: "", setBy: "", state: "" }],
  } satisfies Shape<CredentialList>,
  toolsets: { toolsets: [toolset] } satisfies Shape<ToolsetList>,
  toolset: toolset satisfies Shape<ToolsetView>,
  preview: {
    tools: [{ name: "", serverId: "", tool: "" }],
    toolCount: 0,
    hubTools: [""],
    dropped: [],
    missing: [],
    tokens: {},
  } satisfies Shape<ToolsetPreview>,
  audit: {
    lines: [{ seq: 0, at: "", who: { kind: "", id: "" }, action: "", outcome: "" }],
    "nextCursor?": "",
  } satisfies Shape<AuditList>,
  events: { events: [event], "nextCursor?": "" } satisfies Shape<EventList>,
  event,
  hubs: {
    hubs: [{ id: "", version: "", startedAt: "", lastSeenAt: "", state: "" }],
  } satisfies Shape<HubList>,
  pulse: { at: "", servers: {} } satisfies Shape<Pulse>,
  traffic: { rows: [], servers: [], minutes: [] } satisfies Shape<Traffic>,
  history: { from: "", until: "", slots: [], servers: [] } satisfies Shape<HubHistory>,
  serverHistory: { from: "", until: "", slots: [], items: [] } satisfies Shape<ServerHistory>,
  uptime: { from: "", until: "", slots: [], spans: [] } satisfies Shape<Uptime>,
  calls: { calls: [{ at: "", serverId: "", method: "", outcome: "" }] } satisfies Shape<CallList>,
  clients: { clients: [{ id: "", title: "", format: "" }] } satisfies Shape<ClientList>,
  config: {
    client: "",
    text: "",
    steps: [""],
    notes: [""],
    endpoints: [{ key: "", url: "", transport: "" }],
  } satisfies Shape<ClientConfig>,
  diagnosis: {
    ok: false,
    endpoint: "",
    steps: [{ step: "", state: "", detail: "" }],
    warnings: [""],
    summary: "",
    problems: [{ severity: "", code: "", cause: "", fix: "" }],
    servers: [{ id: "", name: "", status: "" }],
    calls: [{ at: "", method: "", outcome: "", durationMs: 0 }],
    changes: [{ at: "", text: "" }],
    logs: [{ at: "", lines: [""] }],
    isLogWanted: false,
  } satisfies Shape<Diagnosis>,
  admissionRules: {
    mode: "",
    rules: [{ id: "", setting: "", servers: [""] }],
  } satisfies Shape<AdmissionRulesView>,
  whoAmI: { kind: "", id: "", grants: [grant], isOpen: false } satisfies Shape<WhoAmI>,
  tokens: { tokens: [token] } satisfies Shape<TokenList>,
  madeToken: { ...token, token: "" } satisfies Shape<MadeTokenView>,
  session: { isSignedIn: false, ways: [""] } satisfies Shape<SessionView>,
  logLevel: { level: "" } satisfies Shape<LogLevelView>,
  settings: { settings: [{ name: "", source: "", meaning: "" }] } satisfies Shape<SettingList>,
  health: { status: "" } satisfies Shape<Health>,
  readiness: { status: "", "servers?": 0 } satisfies Shape<Readiness>,
  version: { name: "", version: "", startedAt: "" } satisfies Shape<HubVersion>,
} as const;
