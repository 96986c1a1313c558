// atlassian-connect-express as its documentation shows it: signed install, then webhooks that
// are verified and acknowledged. PORT, KEYS (the host's key server) and STORE (memory|sqlite)
// come from the environment.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const port = Number(process.env.PORT);
process.env.CONNECT_KEYS_CDN_URL = process.env.KEYS;

const home = fs.mkdtempSync(path.join(os.tmpdir(), "ace-"));
const base = `http://localhost:${port}`;
fs.writeFileSync(
  path.join(home, "atlassian-connect.json"),
  JSON.stringify({
    key: "ace-peer",
    name: "Peer",
    baseUrl: base,
    vendor: { name: "Peer", url: base },
    authentication: { type: "jwt" },
    lifecycle: { installed: "/installed" },
    apiMigrations: { "signed-install": true, "context-qsh": true, gdpr: true },
    scopes: ["READ"],
    modules: { webhooks: [{ event: "comment_created", url: "/webhook" }] },
  }),
);
const store =
  process.env.STORE === "sqlite"
    ? { adapter: "sequelize", dialect: "sqlite3", storage: ":memory:", logging: false }
    : { adapter: "map" };
fs.writeFileSync(
  path.join(home, "config.json"),
  JSON.stringify({
    production: {
      port,
      store,
      localBaseUrl: base,
      whitelist: ["127.0.0.1:*", "localhost:*", "127.0.0.1", "localhost"],
      watch: false,
      errorTemplate: false,
    },
  }),
);
process.env.NODE_ENV = "production";
process.chdir(home);

const express = require("express");
const bodyParser = require("body-parser");
const ace = require("atlassian-connect-express");

// The best case for the peer: tenants in a map, no database at all.
const tenants = new Map();
ace.store.register("map", () => ({
  get: async (key, client) => tenants.get(`${client}/${key}`),
  set: async (key, value, client) => void tenants.set(`${client}/${key}`, value),
  del: async (key, client) => void tenants.delete(`${client}/${key}`),
  getAllClientInfos: async () => [],
  isMemoryStore: () => true,
}));

const app = express();
const addon = ace(app);
app.use(bodyParser.json({ limit: "25mb" }));
app.use(addon.middleware());
app.post("/webhook", addon.authenticate(), (_request, response) => response.status(204).end());
app.listen(port, "127.0.0.1", () => console.log("listening"));
