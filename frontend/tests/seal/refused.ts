import assert from "node:assert/strict";
import { Rejected } from "../../src/seal/rejected";
import type { Kind } from "../../src/seal/rejected";

/** Waits for the refusal of this kind; anything else fails the test. */
export async function refused(kind: Kind, attempt: Promise<unknown>): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof Rejected, String(error));
    assert.equal(error.kind, kind);
    assert.equal(error.message, "this does not check out");
    return true;
  });
}
