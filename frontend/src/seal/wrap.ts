import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { decodeExact, encode } from "./base64";
import { concat, refusing, utf8 } from "./bytes";
import { sha, shaText } from "./digest";
import { pointFromText } from "./point";
import type { Bytes } from "./bytes";

/** The content key, sealed for one key; as it stands in JSON. */
export interface Wrap {
  readonly kid: string;
  readonly ek: string;
  readonly encryptedKey: string;
}

export const suite = (): CipherSuite =>
  new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** Binds a wrap to its header, and so to note, tenant, issue, end and readers, and to its key. */
export function info(hh: string, account: string, kid: string): Bytes {
  const a = utf8(account);
  return concat(
    utf8("JOSE-HPKE rcpt"),
    Uint8Array.of(0xff),
    utf8("A256GCM"),
    Uint8Array.of(0xff),
    utf8("deskbridge-note/1 wrap"),
    Uint8Array.of(0),
    decodeExact(hh, 32),
    Uint8Array.of(a.length >> 8, a.length & 0xff),
    a,
    decodeExact(kid, 32),
  );
}

/**
 * Opens a wrap. `pair` must be whole: given a non-extractable private key alone the library
 * derives the public one, and is wrong about every other time.
 */
export async function openWrap(wrap: Wrap, hh: string, account: string, pair: CryptoKeyPair): Promise<Bytes> {
  const enc = await pointFromText(wrap.ek);
  const sealed = decodeExact(wrap.encryptedKey, 48);
  const bound = info(hh, account, wrap.kid);
  return refusing("wrap", async () => new Uint8Array(await suite().open({ recipientKey: pair, enc, info: bound }, sealed)));
}

/** What a grant names a wrap by. */
export async function wrapSha(wrap: Wrap): Promise<string> {
  return shaText(await pointFromText(wrap.ek), decodeExact(wrap.encryptedKey, 48));
}

/** SHA-256 of the protected text: what everything is bound to. */
export async function headerHash(protectedText: string): Promise<string> {
  return encode(await sha(utf8(protectedText)));
}
