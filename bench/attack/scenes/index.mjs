// Every scene, in the order of the faults they are about.
import crossedClients from "./crossed-clients.mjs";
import deadServer from "./dead-server.mjs";
import endlessLine from "./endless-line.mjs";
import flappingList from "./flapping-list.mjs";
import hangingServer from "./hanging-server.mjs";
import heldCalls from "./held-calls.mjs";
import hostilePages from "./hostile-pages.mjs";
import idInALog from "./id-in-a-log.mjs";
import identityHeaders from "./identity-headers.mjs";
import longIdentities from "./long-identities.mjs";
import longLine from "./long-line.mjs";
import longSessionIds from "./long-session-ids.mjs";
import lostLog from "./lost-log.mjs";
import manySessions from "./many-sessions.mjs";
import manyStreams from "./many-streams.mjs";
import manyValues from "./many-values.mjs";
import oddRequests from "./odd-requests.mjs";
import questionsAtOnce from "./questions-at-once.mjs";
import rareWords from "./rare-words.mjs";
import selections from "./selections.mjs";
import sessionsOfOthers from "./sessions-of-others.mjs";
import silentReaders from "./silent-readers.mjs";
import spellings from "./spellings.mjs";
import subscriptions from "./subscriptions.mjs";
import thief from "./thief.mjs";

export const scenes = [
  oddRequests,
  questionsAtOnce,
  endlessLine,
  flappingList,
  hostilePages,
  identityHeaders,
  crossedClients,
  thief,
  idInALog,
  spellings,
  subscriptions,
  rareWords,
  selections,
  manySessions,
  manyValues,
  sessionsOfOthers,
  heldCalls,
  manyStreams,
  silentReaders,
  hangingServer,
  longIdentities,
  longLine,
  lostLog,
  longSessionIds,
  deadServer,
];
