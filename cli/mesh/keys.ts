// WireGuard keys: Curve25519, 32 bytes, base64 in files. A private key stays on its host; only its public half is sent.

import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';

const KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
/** What stands before the 32 bytes of an X25519 private key in PKCS#8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

export const isKey = (text: string): boolean => KEY.test(text);

export function generatePrivateKey(): string {
  return clamped(randomBytes(32)).toString('base64');
}

export function publicKeyOf(privateKey: string): string {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(privateKey, 'base64')]);
  const { x } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  if (x === undefined) throw new Error('a Curve25519 key without its coordinate');
  return Buffer.from(x, 'base64url').toString('base64');
}

/** The form in which devices keep a private key, and give it back. */
export function canonicalPrivateKey(privateKey: string): string {
  return clamped(Buffer.from(privateKey, 'base64')).toString('base64');
}

function clamped(bytes: Buffer): Buffer {
  const key = Buffer.from(bytes);
  key.writeUInt8(key.readUInt8(0) & 248, 0);
  key.writeUInt8((key.readUInt8(31) & 127) | 64, 31);
  return key;
}
