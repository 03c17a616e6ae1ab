// Go's way to print a float64 for sprintf: %v, %g, %e, %f, %b and %x.
// Promise: the digits and the choice of form of Go's strconv; halves are rounded to even, on the exact decimal value.
// Never: Number.prototype.toFixed and its kin, which round halves up.

/** Without padding and without a plus; undefined for a verb that floats do not have. */
export function formatFloat(value: number, verb: string, precision: number | undefined): string | undefined {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const unsigned = Math.abs(value);
  switch (verb) {
    case 'v':
    case 'g':
      return sign + general(unsigned, precision);
    case 'G':
      return sign + general(unsigned, precision).toUpperCase();
    case 'e':
      return sign + exponential(unsigned, precision ?? 6);
    case 'E':
      return sign + exponential(unsigned, precision ?? 6).toUpperCase();
    case 'f':
    case 'F':
      return sign + fixed(unsigned, precision ?? 6);
    case 'b':
      return sign + binary(unsigned);
    case 'x':
      return sign + hexadecimal(unsigned, precision);
    case 'X':
      return sign + hexadecimal(unsigned, precision).toUpperCase();
    default:
      return undefined;
  }
}

/** `0.d1d2d3... x 10^point`, without trailing zeros; zero has no digits. */
interface Decimals {
  readonly digits: string;
  readonly point: number;
}

function shortest(value: number): Decimals {
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  return trimmed(mantissa.replace('.', ''), Number(power) + 1);
}

/** The value of a double is a finite decimal. */
function exact(value: number): Decimals {
  const { mantissa, exponent } = parts(value);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}

function trimmed(digits: string, point: number): Decimals {
  const significant = digits.replace(/^0+/, '');
  const kept = significant.replace(/0+$/, '');
  return kept === ''
    ? { digits: '', point: 0 }
    : { digits: kept, point: point - (digits.length - significant.length) };
}

/** To `count` digits (0 or fewer leave at most a carry), halves to even. */
function rounded({ digits, point }: Decimals, count: number): Decimals {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const odd = Number(kept.at(-1) ?? '0') % 2 === 1;
  const up = rest[0] !== undefined && (rest > '5' || (rest === '5' && odd));
  if (!up) return trimmed(kept, point);
  const carried = (BigInt(`0${kept}`) + 1n).toString().padStart(count, '0');
  return trimmed(carried, point + carried.length - count);
}

/** Exponent form where the exponent is below -4 or not below the precision (6 where none is given). */
function general(value: number, precision: number | undefined): string {
  const wanted = Math.max(precision ?? 0, 1);
  const { digits, point } = precision === undefined ? shortest(value) : rounded(exact(value), wanted);
  if (digits === '') return '0';
  const exponent = point - 1;
  const few = wanted > digits.length && digits.length >= point;
  const limit = precision === undefined ? 6 : few ? digits.length : wanted;
  if (exponent < -4 || exponent >= limit)
    return withExponent(digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`, exponent);
  return plain({ digits, point }, Math.max(digits.length - point, 0));
}

function exponential(value: number, precision: number): string {
  const { digits, point } = rounded(exact(value), precision + 1);
  const padded = digits.padEnd(precision + 1, '0');
  const mantissa = precision === 0 ? padded : `${padded[0]}.${padded.slice(1)}`;
  return withExponent(mantissa, digits === '' ? 0 : point - 1);
}

function fixed(value: number, precision: number): string {
  const decimals = exact(value);
  return plain(rounded(decimals, decimals.point + precision), precision);
}

function plain({ digits, point }: Decimals, places: number): string {
  const shifted = digits.padStart(digits.length + Math.max(1 - point, 0), '0');
  const whole = Math.max(point, 1);
  const left = shifted.slice(0, whole).padEnd(whole, '0');
  return places === 0 ? left : `${left}.${shifted.slice(whole, whole + places).padEnd(places, '0')}`;
}

function withExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The value is `mantissa x 2^exponent`, the mantissa of 53 bits unless the number is denormal. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function binary(value: number): string {
  const { mantissa, exponent } = parts(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function hexadecimal(value: number, precision: number | undefined): string {
  if (value === 0) return `0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = parts(value);
  const shift = 53 - mantissa.toString(2).length;
  mantissa <<= BigInt(shift);
  exponent += 52 - shift;
  if (precision !== undefined && precision < 13) {
    const dropped = BigInt(52 - precision * 4);
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((half << 1n) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n;
    mantissa <<= dropped;
    if (mantissa >> 53n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const fraction = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, '0');
  const shown =
    precision === undefined
      ? fraction.replace(/0+$/, '')
      : fraction.padEnd(precision, '0').slice(0, precision);
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `0x1${shown === '' ? '' : `.${shown}`}p${power}`;
}
