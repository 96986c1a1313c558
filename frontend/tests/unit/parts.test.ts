import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Part } from "../../src/parts/part";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

interface Built {
  readonly name: string;
  readonly file: string;
  readonly source: string | null;
  readonly path: string;
  readonly gzip: number;
  readonly needs: readonly string[];
  readonly later: readonly string[];
}

/** Gzipped kilobytes that a page may fetch, everything an `import` statement brings along counted. */
const BUDGETS = {
  "the first paint": { files: ["src/notes.tsx"], kb: 22 },
  "the first paint in English": { files: ["src/notes.tsx", "src/words/en.ts"], kb: 26 },
  "all a reader needs to unlock, in English": { files: ["src/notes.tsx", "src/words/en.ts", "src/parts/reading.ts"], kb: 40 },
  "all a reader needs to unlock, in German": { files: ["src/notes.tsx", "src/words/de.ts", "src/parts/reading.ts"], kb: 41 },
  "all a reader needs to unlock, in Japanese": { files: ["src/notes.tsx", "src/words/ja.ts", "src/parts/reading.ts"], kb: 41 },
  "the page behind every issue": { files: ["src/background.ts"], kb: 22 },
  "the admin page": { files: ["src/admin.tsx", "src/words/admin/en.ts"], kb: 12 },
} as const;

describe("what is built", () => {
  const dist = mkdtempSync(join(tmpdir(), "deskbridge-parts-"));
  let built: readonly Built[] = [];

  before(() => {
    execFileSync(process.execPath, ["build.mjs", dist], { cwd: root });
    built = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8")) as readonly Built[];
  });

  after(() => {
    rmSync(dist, { recursive: true, force: true });
  });

  const find = (what: string): Built => {
    const found = built.find((one) => one.source === what || one.file === what);
    assert.ok(found, `${what} is not built`);
    return found;
  };

  for (const [what, { files, kb }] of Object.entries(BUDGETS)) {
    it(`${what} keeps to ${String(kb)} KB`, () => {
      const all = new Set(files.map(find).flatMap((one) => [one.file, ...one.needs]));
      const size = [...all].reduce((sum, file) => sum + find(file).gzip, 0);
      assert.ok(size <= kb * 1024, `${(size / 1024).toFixed(1)} KB in ${String(all.size)} files: ${[...all].join(" ")}`);
    });
  }

  it("what is not needed for the first paint is fetched later", () => {
    const notes = find("src/notes.tsx");
    for (const part of ["src/parts/reading.ts", "src/parts/writing.ts", "src/parts/letting.ts", "src/words/ja.ts"]) {
      const { file } = find(part);
      assert.equal(notes.needs.includes(file), false, part);
      assert.ok(notes.later.includes(file) || notes.needs.some((need) => find(need).later.includes(file)), part);
    }
  });

  it("every file that a script names is there, under a path that changes with its content", () => {
    for (const one of built) {
      assert.match(one.path, /^\/assets\/[0-9a-f]{16}\/[\w-]+-\w{8,16}\.(js|css)$/);
      for (const file of [one.file, `${one.file}.gz`]) assert.ok(existsSync(join(dist, file)), file);
      const text = readFileSync(join(dist, one.file), "utf8");
      for (const [, file] of text.matchAll(/"\.\/([\w.-]+\.js)"/g)) find(file ?? "");
    }
  });
});

describe("a part of the page", () => {
  const slow: number[] = [];
  const wait = (ms: number) => { slow.push(ms); return Promise.resolve(); };

  it("is fetched once, whoever asks, and is at hand from then on", async () => {
    let asked = 0;
    const part = new Part(() => { asked += 1; return Promise.resolve("here"); }, wait);
    assert.equal(part.here, null);
    assert.deepEqual(await Promise.all([part.load(), part.load()]), ["here", "here"]);
    assert.equal(await part.load(), "here");
    assert.equal(part.here, "here");
    assert.equal(asked, 1);
  });

  it("that does not come is tried again, with pauses, and then given up until asked for anew", async () => {
    let left = 4;
    const part = new Part(() => (left-- > 0 ? Promise.reject(new Error("gone")) : Promise.resolve("here")), wait);
    slow.length = 0;
    await assert.rejects(part.load(), /gone/);
    assert.deepEqual(slow, [300, 1_200]);
    assert.equal(part.here, null);
    assert.equal(await part.load(), "here");
  });

  it("fetched ahead of need fails in silence", async () => {
    const part = new Part(() => Promise.reject(new Error("gone")), wait);
    part.warm();
    await assert.rejects(part.load(), /gone/);
  });
});
