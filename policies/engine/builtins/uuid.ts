// uuid.parse: what a UUID says about itself. Promise: the fields of the native builtin, for the versions that carry them.
// Never: a UUID made; there is no randomness here.
import { integer, RegoObject, type Value } from '../values.ts';
import { type Builtin, text } from './operands.ts';

export const uuidBuiltins: Readonly<Record<string, Builtin>> = {
  'uuid.parse': (operands) => {
    const hex = digits(text(operands, 0));
    return hex === undefined ? undefined : describe(Buffer.from(hex, 'hex'));
  },
};

/** The 32 digits of the plain, `urn:uuid:`, braced and undivided forms. */
function digits(value: string): string | undefined {
  const bytes = Buffer.byteLength(value);
  if (bytes === 32) return /^[0-9a-f]{32}$/i.test(value) ? value : undefined;
  if (bytes === 45 && !/^urn:uuid:/i.test(value)) return undefined;
  // The braces are not looked at, as natively.
  const middle =
    bytes === 45 ? value.slice(9) : bytes === 38 ? value.slice(1, 37) : bytes === 36 ? value : '';
  const divided = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i.exec(middle);
  return divided?.slice(1).join('');
}

const domains = ['Person', 'Group', 'Org'];
/** 100 ns steps from the start of the Gregorian calendar to the Unix epoch. */
const gregorian = 122_192_928_000_000_000n;

function describe(bytes: Buffer): RegoObject {
  const at = (index: number) => bytes[index] ?? 0;
  const version = at(6) >> 4;
  const fields: [string, Value][] = [
    ['version', version],
    ['variant', variant(at(8))],
  ];
  if (version === 1 || version === 2) {
    const time =
      (BigInt(bytes.readUInt16BE(6) & 0xfff) << 48n) |
      (BigInt(bytes.readUInt16BE(4)) << 32n) |
      BigInt(bytes.readUInt32BE(0));
    const node = bytes.subarray(10);
    fields.push(
      ['time', integer(BigInt.asIntN(64, (time - gregorian) * 100n))],
      ['nodeid', [...node].map((byte) => byte.toString(16).padStart(2, '0')).join('-')],
      ['macvariables', macVariables(at(10))],
      ['clocksequence', bytes.readUInt16BE(8) & 0x3fff],
    );
  }
  if (version === 2)
    fields.push(['id', bytes.readUInt32BE(0)], ['domain', domains[at(9)] ?? `Domain${at(9)}`]);
  return new RegoObject(fields);
}

function variant(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function macVariables(byte: number): string {
  return `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`;
}
