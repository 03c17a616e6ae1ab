// Digests and HMACs. Promise: lower-case hex of UTF-8 text. Never: keys, certificates or randomness.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Builtin, text } from './operands.ts';

const digest =
  (algorithm: string): Builtin =>
  (operands) =>
    createHash(algorithm).update(text(operands, 0)).digest('hex');

const hmac =
  (algorithm: string): Builtin =>
  (operands) =>
    createHmac(algorithm, text(operands, 1)).update(text(operands, 0)).digest('hex');

export const cryptoBuiltins: Readonly<Record<string, Builtin>> = {
  'crypto.md5': digest('md5'),
  'crypto.sha1': digest('sha1'),
  'crypto.sha256': digest('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  'crypto.hmac.equal': (operands) => {
    const [left, right] = [Buffer.from(text(operands, 0)), Buffer.from(text(operands, 1))];
    return left.length === right.length && timingSafeEqual(left, right);
  },
};
