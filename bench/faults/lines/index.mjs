import { clock } from "./clock.mjs";
import { corrupt } from "./corrupt.mjs";
import { cutBetweenHubs } from "./cut-hubs.mjs";
import { cutFromPostgres } from "./cut-postgres.mjs";
import { cutFromServers } from "./cut-servers.mjs";
import { diskFull, diskReadOnly } from "./disks.mjs";
import { killsOnFile, killsOnPostgres } from "./kills.mjs";
import { postgresStops } from "./postgres-stops.mjs";
import { restarts } from "./restarts.mjs";
import { rollingHubs } from "./rolling-hubs.mjs";
import { rollingServer } from "./rolling-server.mjs";

export const lines = [
  killsOnFile,
  killsOnPostgres,
  postgresStops,
  cutFromPostgres,
  cutFromServers,
  cutBetweenHubs,
  diskFull,
  diskReadOnly,
  corrupt,
  clock,
  restarts,
  rollingServer,
  rollingHubs,
];
