// A self-signed certificate for one run: its key never leaves the process. Written as DER over Node's own crypto, because a
// certificate library takes longer to load than everything else, and Terraform starts us several times for one command.

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  readonly der: Buffer;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DAY_MS = 86_400_000;

export function createCertificate(now = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const name = sequence(
    tagged(SET, sequence(oid(COMMON_NAME), tagged(UTF8_STRING, Buffer.from('localhost')))),
  );
  // Clocks differ and time zones are mistaken, so it begins a day ago.
  const validity = sequence(time(now - DAY_MS), time(now + 365 * DAY_MS));
  const body = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions())),
  );
  const signature = sign('sha256', body, privateKey);
  const der = sequence(body, algorithm, tagged(BIT_STRING, Buffer.concat([Buffer.of(0), signature])));
  return {
    der,
    certificatePem: pem('CERTIFICATE', der),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(): Buffer[] {
  const isAuthority = sequence(tagged(BOOLEAN, Buffer.of(0xff)));
  // Bits 0, 2 and 5: digitalSignature, keyEncipherment, keyCertSign; two bits of the octet are unused.
  const keyUsage = tagged(BIT_STRING, Buffer.of(2, 0b1010_0100));
  const extendedKeyUsage = sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH));
  // Go looks at the alternative names only; the common name alone is refused.
  const alternativeNames = sequence(tagged(CONTEXT | 2, Buffer.from('localhost')));
  return [
    extension(BASIC_CONSTRAINTS, isAuthority, true),
    extension(KEY_USAGE, keyUsage, true),
    extension(EXTENDED_KEY_USAGE, extendedKeyUsage, false),
    extension(SUBJECT_ALTERNATIVE_NAME, alternativeNames, false),
  ];
}

function extension(id: Buffer, value: Buffer, critical: boolean): Buffer {
  const flag = critical ? [tagged(BOOLEAN, Buffer.of(0xff))] : [];
  return sequence(oid(id), ...flag, tagged(OCTET_STRING, value));
}

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTEXT = 0x80;
const CONSTRUCTED = 0x20;

const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('550403', 'hex');
const KEY_USAGE = Buffer.from('551d0f', 'hex');
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');
const EXTENDED_KEY_USAGE = Buffer.from('551d25', 'hex');
const SERVER_AUTH = Buffer.from('2b06010505070301', 'hex');
const CLIENT_AUTH = Buffer.from('2b06010505070302', 'hex');

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

const sequence = (...parts: Buffer[]): Buffer => tagged(SEQUENCE, Buffer.concat(parts));
const explicit = (number: number, content: Buffer): Buffer => tagged(CONTEXT | CONSTRUCTED | number, content);
const integer = (content: Buffer): Buffer => tagged(INTEGER, content);
const oid = (encoded: Buffer): Buffer => tagged(OBJECT_IDENTIFIER, encoded);

/** Positive, and without a leading zero octet: DER wants the shortest form. */
function serialNumber(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(UTC_TIME, Buffer.from(text.slice(2)));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
