import { createToken, listTokens, revokeToken, whoAmI } from "./access.js";
import { admitServer, listAdmissionRules, refuseServer } from "./admission.js";
import { listAudit } from "./audit.js";
import { getClaudeDesktopBundle, getClientConfig, listClients } from "./client-config.js";
import {
  confirmCredentials,
  listCredentials,
  removeCredentials,
  setCredential,
} from "./credentials.js";
import { diagnoseEndpoint, sendLog } from "./diagnosis.js";
import { listEvents } from "./events.js";
import { getHistory, getServerHistory, getServerUptime } from "./history.js";
import { listHubs } from "./hubs.js";
import {
  listServerChanges,
  listServerPrompts,
  listServerResources,
  listServerTools,
} from "./offers.js";
import { getHealth, getMetrics, getReadiness, getVersion } from "./operations.js";
import { getPulse } from "./pulse.js";
import { findPythonClient, getPythonClient } from "./python-client.js";
import { endLease, registerServer, renewLease } from "./registration.js";
import type { Route } from "./route.js";
import { editServer, getServer, listServers, probeServer, removeServer } from "./servers.js";
import { endSession, getSession, openSession } from "./session.js";
import { listSettings, setLogLevel } from "./settings.js";
import { findTools } from "./tools.js";
import {
  createToolset,
  deleteToolset,
  getToolset,
  listToolsets,
  previewToolset,
  replaceToolset,
} from "./toolsets.js";
import { getTraffic, listCalls } from "./traffic.js";

/** Every route of the REST API, in the order in which a document lists them. */
export const contract: readonly Route[] = [
  registerServer,
  renewLease,
  sendLog,
  endLease,
  listServers,
  getServer,
  editServer,
  removeServer,
  admitServer,
  refuseServer,
  listAdmissionRules,
  probeServer,
  listCredentials,
  setCredential,
  removeCredentials,
  confirmCredentials,
  listServerTools,
  listServerResources,
  listServerPrompts,
  listServerChanges,
  getServerHistory,
  getServerUptime,
  getPulse,
  findTools,
  getTraffic,
  getHistory,
  listCalls,
  listToolsets,
  createToolset,
  previewToolset,
  getToolset,
  replaceToolset,
  deleteToolset,
  listClients,
  getClaudeDesktopBundle,
  getClientConfig,
  getPythonClient,
  findPythonClient,
  listEvents,
  diagnoseEndpoint,
  whoAmI,
  listTokens,
  createToken,
  revokeToken,
  getSession,
  openSession,
  endSession,
  getHealth,
  getReadiness,
  getMetrics,
  getVersion,
  listHubs,
  listSettings,
  setLogLevel,
  listAudit,
];
