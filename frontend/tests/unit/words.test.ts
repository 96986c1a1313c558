import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { en } from "../../src/words/en";
import { LANGUAGES, languageOf, spokenIn, wordsOf } from "../../src/words/languages";
import { pseudo } from "../../src/words/pseudo";
import { pluralsOf } from "../../src/words/when";
import { de as deWriting } from "../../src/words/writing/de";
import { en as enWriting } from "../../src/words/writing/en";

const src = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src");

type Sentences = Readonly<Record<string, unknown>>;

/** The words of one language, of the panel or of a part of it. */
const spoken = async (folder: string, language: string): Promise<Sentences> => {
  const all = await import(join(src, "words", folder, `${language}.ts`)) as Readonly<Record<string, Sentences>>;
  return all[language] ?? {};
};

/** Parts with words of their own; the panel's lie beside their folders. */
const folders = ["", ...readdirSync(join(src, "words"), { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name)];

/** Every language beside English, of every part. */
const TONGUES: readonly (readonly [string, Sentences, Sentences])[] = await Promise.all(folders.flatMap((folder) =>
  LANGUAGES.filter((tongue) => tongue !== "en").map(async (tongue) => [tongue, await spoken(folder, "en"), await spoken(folder, tongue)] as const)));

/** Words that are the same in both. */
const SAME = new Set(["agent"]);

/** What stands for the arguments of a sentence, the second of which may be "agent" or a number. */
const ARGUMENTS = [["‹1›", "‹2›", "‹3›"], ["‹1›", "agent"], ["‹1›", 1]] as const;

const said = (value: unknown, args: readonly unknown[]): string =>
  typeof value === "string" ? value : (value as (...args: readonly unknown[]) => string)(...args);

const holes = (text: string): readonly string[] => [...new Set(text.match(/‹\d›/g) ?? [])].sort();

describe("words", () => {
  it("are there in every language, each a text where English has one and a sentence where it has one", () => {
    for (const [tongue, english, other] of TONGUES) {
      assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort(), tongue);
      for (const [key, value] of Object.entries(english)) assert.equal(typeof other[key], typeof value, `${tongue} ${key}`);
    }
  });

  it("take the same names and counts in every language", () => {
    for (const [tongue, english, other] of TONGUES) {
      for (const key of Object.keys(english)) {
        for (const args of ARGUMENTS) {
          assert.deepEqual(holes(said(other[key], args)), holes(said(english[key], args)), `${tongue} ${key}`);
        }
      }
    }
  });

  it("are no English where they should not be", () => {
    const english = /\b(the|and|you|your|is|are|not|this|note|notes|can|who|it|of|to|for|with|by)\b/i;
    for (const [tongue, original, other] of TONGUES) {
      for (const [key, value] of Object.entries(other)) {
        for (const args of ARGUMENTS) {
          const text = said(value, args);
          assert.ok(text !== said(original[key], args) || SAME.has(key), `${tongue} ${key}: ${text}`);
          assert.doesNotMatch(text, english, `${tongue} ${key}`);
          if (tongue === "ja") assert.match(text, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, key);
        }
      }
    }
  });

  it("never shout, in any language", () => {
    for (const [tongue, english, other] of TONGUES) {
      for (const sentences of [english, other]) {
        for (const [key, value] of Object.entries(sentences)) assert.doesNotMatch(said(value, ["a", "b", "c"]), /[!！]/, `${tongue} ${key}`);
      }
    }
  });

  it("are all said somewhere", () => {
    const code = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith("words/"))
      .concat("words/notes.ts").map((name) => readFileSync(join(src, name), "utf8")).join("\n");
    for (const key of TONGUES.flatMap(([, english]) => Object.keys(english))) assert.match(code, new RegExp(`\\bwords\\.${key}\\b`), key);
  });

  it("agree with a count by the rules of the language", () => {
    assert.deepEqual([0, 1, 2].map((count) => enWriting.found(count)), ["0 people", "1 person", "2 people"]);
    assert.deepEqual([1, 2].map((count) => deWriting.found(count)), ["1 Person", "2 Personen"]);
    assert.equal(pluralsOf("ar")(3, { one: "one", few: "few", other: "other" }), "few");
    assert.equal(pluralsOf("ja")(1, { one: "one", other: "other" }), "other");
  });
});

describe("a language", () => {
  it("is the reader's own where there is one, and English for everybody else", () => {
    assert.deepEqual(["de-AT", "DE", "ja-JP", "en-GB", "fr", "", "ar"].map(languageOf), ["de", "de", "ja", "en", "en", "en", "en"]);
    assert.deepEqual(["de-AT", "fr", "ar", "ar-XB", "en-GB"].map(spokenIn), ["de-AT", "en", "en", "ar-XB", "en-GB"]);
  });

  it("that cannot be fetched gives way to English", async () => {
    const bring = { en: () => Promise.resolve({ x: "en" }), de: () => Promise.reject(new Error("gone")), ja: () => Promise.resolve({ x: "ja" }) };
    assert.deepEqual(await Promise.all(["de-DE", "ja", "fr"].map((locale) => wordsOf(bring, locale))), [{ x: "en" }, { x: "ja" }, { x: "en" }]);
    assert.deepEqual(Object.keys(bring), [...LANGUAGES]);
  });

  it("for trying out is longer than English, or runs the other way, and leaves names alone", () => {
    const long = pseudo(en, "en-XA");
    assert.ok(long.empty.length >= en.empty.length * 1.4);
    assert.match(long.willSee("Jonathan"), /Jonathan.*ýóú/);
    const mirrored = pseudo(en, "ar-XB");
    assert.equal(mirrored.willSee("Jonathan"), `Jonathan(\u202E will see that you opened it\u202C)`);
    assert.equal(mirrored.copy, "(\u202ECopy\u202C)");
    assert.deepEqual(Object.keys(mirrored).sort(), Object.keys(en).sort());
  });
});

describe("styles", () => {
  it("name no left and no right, so that they hold in both directions", () => {
    const folder = join(src, "theme");
    for (const name of readdirSync(folder)) {
      const physical = readFileSync(join(folder, name), "utf8").split("\n")
        .filter((line) => /\b(left|right)\b/.test(line.replace(/\/\*.*?\*\//g, "")));
      assert.deepEqual(physical, [], name);
    }
  });
});
