// The time builtins. Promise: `time.now_ns` is what the caller fixed for the whole evaluation; results are within the
// nanoseconds of 64 bits, as natively. Never: the clock or the zone of this machine.
import { exactInteger, integer, isArray, isNumber, type Value } from '../values.ts';
import { type Civil, daysIn, instantOf, inZone, isInt64, type Zoned } from './civil.ts';
import { parseDuration } from './duration.ts';
import { type Builtin, fail, smallInteger, text } from './operands.ts';
import { formatTime } from './time-format.ts';
import { weekdays } from './time-layout.ts';
import { parseTime } from './time-parse.ts';

export const timeBuiltins: Readonly<Record<string, Builtin>> = {
  'time.now_ns': (_operands, { nowNs }) => integer(nowNs),
  'time.parse_rfc3339_ns': (operands) => nanoseconds(parseTime('RFC3339', text(operands, 0))),
  'time.parse_ns': (operands) => nanoseconds(parseTime(text(operands, 0), text(operands, 1))),
  'time.parse_duration_ns': (operands) => integer(parseDuration(text(operands, 0))),
  'time.format': ([operand]) => {
    const { time, layout } = timeOf(operand);
    return formatTime(time, layout === '' ? 'RFC3339Nano' : layout);
  },
  'time.date': ([operand]) => {
    const { year, month, day } = timeOf(operand).time;
    return [year, month, day];
  },
  'time.clock': ([operand]) => {
    const { hour, minute, second } = timeOf(operand).time;
    return [hour, minute, second];
  },
  'time.weekday': ([operand]) => weekdays[timeOf(operand).time.weekday],
  'time.add_date': (operands) => {
    const { time } = timeOf(operands[0]);
    const [years, months, days] = [
      smallInteger(operands, 1),
      smallInteger(operands, 2),
      smallInteger(operands, 3),
    ];
    const moved: Civil = {
      ...time,
      year: time.year + years,
      month: time.month + months,
      day: time.day + days,
    };
    return nanoseconds(instantOf(moved, time.zone));
  },
  'time.diff': ([from, to]) => difference(timeOf(from).time, timeOf(to).time),
};

function nanoseconds(ns: bigint): Value {
  return isInt64(ns) ? integer(ns) : fail('time outside of valid range');
}

/** A number of nanoseconds, or `[nanoseconds, zone, layout]` with the last two optional. */
function timeOf(operand: Value | undefined): { time: Zoned; layout: string } {
  const parts = operand !== undefined && isArray(operand) ? operand : [operand];
  const [ns, zone = '', layout = ''] = parts;
  if (ns === undefined || !isNumber(ns)) return fail('not a time');
  if (typeof zone !== 'string' || typeof layout !== 'string') return fail('zone and layout must be strings');
  const exact = exactInteger(ns);
  return exact !== undefined && isInt64(exact)
    ? { time: inZone(exact, zone), layout }
    : fail('timestamp too big');
}

/** Years, months, days, hours, minutes and seconds between the two, as a calendar counts them. */
function difference(first: Zoned, second: Zoned): number[] {
  const other = inZone(second.ns, first.zone);
  const [from, to] = first.ns > other.ns ? [other, first] : [first, other];
  const parts = [
    to.year - from.year,
    to.month - from.month,
    to.day - from.day,
    to.hour - from.hour,
    to.minute - from.minute,
    to.second - from.second,
  ];
  const carry = [0, 12, daysIn(from.year, from.month), 24, 60, 60];
  for (let at = parts.length - 1; at > 0; at--) {
    if ((parts[at] ?? 0) >= 0) continue;
    parts[at] = (parts[at] ?? 0) + (carry[at] ?? 0);
    parts[at - 1] = (parts[at - 1] ?? 0) - 1;
  }
  return parts;
}
