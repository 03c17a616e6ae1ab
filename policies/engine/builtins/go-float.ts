// Go's way to print a float64 for sprintf: %v, %g, %e and %f.
// Promise: the digits and the choice of form of Go's strconv (JavaScript's shortest digits are the same digits).
// Never: JavaScript's own choice between plain and exponent form.

/** Without padding and without a plus; undefined for a verb that floats do not have. */
export function formatFloat(value: number, verb: string, precision: number | undefined): string | undefined {
  switch (verb) {
    case 'v':
    case 'g':
      return general(value, precision);
    case 'G':
      return general(value, precision).toUpperCase();
    case 'e':
      return exponential(value, precision ?? 6);
    case 'E':
      return exponential(value, precision ?? 6).toUpperCase();
    case 'f':
    case 'F':
      return fixed(value, precision ?? 6);
    default:
      return undefined;
  }
}

/** Exponent form where the exponent is below -4 or not below the precision (6 where none is given). */
function general(value: number, precision: number | undefined): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const wanted = Math.max(precision ?? 0, 1);
  const [mantissa = '', power = '0'] = (
    precision === undefined ? value.toExponential() : value.toExponential(Math.min(wanted, 101) - 1)
  ).split('e');
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  const exponent = Number(power);
  const few = wanted > digits.length && digits.length > exponent;
  const limit = precision === undefined ? 6 : few ? digits.length : wanted;
  const sign = value < 0 ? '-' : '';
  return exponent < -4 || exponent >= limit
    ? sign + withExponent(digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`, exponent)
    : sign + plain(digits, exponent);
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole;
}

function exponential(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(Math.min(precision, 100)).split('e');
  const sign = Object.is(value, -0) ? '-' : '';
  return withExponent(sign + mantissa + '0'.repeat(Math.max(precision - 100, 0)), Number(power));
}

function withExponent(mantissa: string, exponent: number): string {
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** Number.prototype.toFixed gives up at 1e21 and after 100 digits. */
function fixed(value: number, precision: number): string {
  const zeros = (count: number) => '0'.repeat(Math.max(count, 0));
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${precision > 0 ? `.${zeros(precision)}` : ''}`;
  const sign = Object.is(value, -0) ? '-' : '';
  return sign + value.toFixed(Math.min(precision, 100)) + zeros(precision - 100);
}
