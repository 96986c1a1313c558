/**
 * Sealed notes in the browser: `src/seal/SPEC.md` in TypeScript, file for file the Rust room of
 * the same name. WebCrypto and `@hpke/core` only; no DOM, no fetch, no storage. All functions
 * throw `Rejected` for what does not check out; show one message for every kind.
 *
 *   First visit   `readHistory` of one's own account, `makeKey({head: history.head, …})`, post
 *                 `entry`, then keep `key` (IndexedDB takes it as it is). Pin all kids that the
 *                 history held then. At each later visit: `strangers(history, pins)` → alarm.
 *   Add           `readHistory` per reader, `classify(history, pins)`: `unconfirmed` needs a
 *                 click; pin the rest. `liveKeys` of readers and author → `sealNote` → post
 *                 `{envelope, seal}`; on a lost answer post the same again.
 *   Card visible  authorise → `checkAuthorised(answer, known)` → `Readable`. Pin `met`; say so
 *                 before the click when `author` is `unconfirmed`.
 *   Unlock        `consent(readable, now)` → post → `readBody(readable, answer)` → `forget`.
 *   Files         before the note: `sealFiles` of `files.ts`, handed to `sealNote`; upload each, then post. After
 *                 `readBody`: `openFile` of `files.ts`, with the note's key; `forget` comes after.
 *   Let in        entry of the waiting key through `readHistory`; `checkAuthorised` with
 *                 `issue: null` when elsewhere (show `header.place.issue` and ask);
 *                 `letIn(readable, "fill", key, now)` → post; on 409 fetch and try again.
 *
 *   Give a code   `checkAuthorised` as its author → `makePickup` (in `pickup_words.ts`, for it is needed
 *                 seldom) → `giveWords` → post; on 409 `giveWords` again.
 *   Use a code    `checkNote` → `chain.codes` → `deriveWords` → post the token → `openBox` →
 *                 `keyOfPickup` → `checkAuthorised` with it for an own key → `letIn` with `fill`.
 *
 * Times are seconds, from the server's last answer. Accounts, kids, ids and hashes are text as
 * in JSON. What goes into `Known` must come from the host or this browser, never from our page.
 */
export { checkAuthorised, checkNote, consent, forget, readBody } from "./check";
export { issueOf } from "./header";
export { PICKUP_SECONDS } from "./pickup";
export { classify, liveKeys, readHistory, strangers } from "./history";
export { makeKey, makeRevocation } from "./keys";
export { Rejected } from "./rejected";
export type { Authorised, Checked, Known, Readable } from "./check";
export type { FileEntry } from "./content";
export type { EnvelopeJson } from "./envelope";
export type { KeyEntry } from "./entry";
export type { History } from "./history";
export type { GeneralJson } from "./jws";
export type { OwnKey } from "./keys";
export type { Wrap } from "./wrap";
