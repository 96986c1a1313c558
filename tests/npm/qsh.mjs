// Reads requests as JSON, one a line, and writes Atlassian's canonical form and hash of each.
import jwt from "atlassian-jwt";
import querystring from "node:querystring";
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  const { method, path, base, query } = JSON.parse(line);
  const request = { method, pathname: path, query: querystring.parse(query) };
  const args = [request, false, `https://app.example${base}`];
  const canonical = jwt.createCanonicalRequest(...args);
  process.stdout.write(JSON.stringify([canonical, jwt.createQueryStringHash(...args)]) + "\n");
}
