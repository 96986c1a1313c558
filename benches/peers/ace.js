// atlassian-connect-express as its documentation shows it: a signed install, then webhooks that
// are verified, given to a listener and answered with 204. Nothing is stored per webhook.
//
// From the environment: PORT, KEYS (the host's key server) and STORE (memory|sqlite). Descriptor,
// configuration and database are written to the working directory.
const fs = require("node:fs");

const port = Number(process.env.PORT);
const base = `http://127.0.0.1:${port}`;
process.env.CONNECT_KEYS_CDN_URL = process.env.KEYS;
process.env.NODE_ENV = "production";
// These would turn verification off or put another store or address in place of the one asked for.
for (const name of Object.keys(process.env)) {
  if (name.startsWith("AC_") || name === "DB_URL") delete process.env[name];
}

const stores = {
  // The best case: no database.
  memory: { adapter: "map" },
  // The documented store that outlives a restart. The library hands `url` to its database layer
  // for every dialect but "sqlite"; with "sqlite3" and a `storage` it would parse no address.
  sqlite: { adapter: "sequelize", dialect: "sqlite3", url: "sqlite://./store.db", logging: false },
};
const store = stores[process.env.STORE];
if (!store) throw new Error(`STORE is memory or sqlite, not ${process.env.STORE}`);

fs.writeFileSync(
  "atlassian-connect.json",
  JSON.stringify({
    key: "ace-peer",
    name: "Peer",
    baseUrl: "{{localBaseUrl}}",
    vendor: { name: "Peer", url: base },
    authentication: { type: "jwt" },
    lifecycle: { installed: "/installed" },
    apiMigrations: { "signed-install": true, "context-qsh": true, gdpr: true },
    scopes: ["READ"],
    modules: { webhooks: [{ event: "comment_created", url: "/webhook" }] },
  }),
);
// The whitelist is held against a host name without its port.
const production = { port, store, localBaseUrl: base, whitelist: ["127.0.0.1"], watch: false };
fs.writeFileSync("config.json", JSON.stringify({ production }));

const express = require("express");
const bodyParser = require("body-parser");
const ace = require("atlassian-connect-express");

// What the library asks of a store for installs and webhooks: `saveInstallation` keeps the tenant
// and gives it back, `get` gives it or null.
const records = new Map();
const tenants = {
  get: async (key, client) => records.get(`${client}:${key}`) ?? null,
  set: async (key, value, client) => {
    records.set(`${client}:${key}`, value);
    return value;
  },
  saveInstallation: async (value, client) => tenants.set("clientInfo", value, client),
  del: async (key, client) => void records.delete(`${client}:${key}`),
  getAllClientInfos: async () => [...records.values()],
  isMemoryStore: () => true,
};
ace.store.register("map", () => tenants);

const app = express();
const addon = ace(app);
app.use(bodyParser.json({ limit: "25mb" }));
app.use(addon.middleware());

// The library itself mounts the descriptor, `/installed` and each webhook of the descriptor, on
// the next tick: the port opens after that.
addon.on("comment_created", () => {});
setImmediate(() => app.listen(port, "127.0.0.1"));
