import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Words of several arguments read better whole; a function that grows past this is two.
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
      "max-lines": ["error", { max: 400 }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: false }],
    },
  },
  {
    // The host behind one interface: nothing else names its bridge.
    files: ["src/**/*.ts", "src/**/*.tsx"],
    ignores: ["src/host/connect.ts"],
    rules: { "no-restricted-globals": ["error", "AP"] },
  },
  {
    // Where the code itself must not reach: the protocol has no page and no network. Last, as it
    // takes the place of the rule above.
    files: ["src/seal/**/*.ts"],
    rules: { "no-restricted-globals": ["error", "AP", "document", "window", "fetch", "indexedDB", "localStorage"] },
  },
  {
    files: ["tests/**/*.ts", "look/**/*.ts", "look.ts"],
    rules: { "@typescript-eslint/no-floating-promises": "off", "max-lines": ["error", { max: 600 }], "max-lines-per-function": "off" },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: { globals: { process: "readonly", Buffer: "readonly", URL: "readonly" } },
  },
);
