// numbers.range_step over integers of any size. Promise: both ends included where a step meets them, downwards too.
// Never: a step that would not end.
import { integer } from '../values.ts';
import { boundItems } from './bounds.ts';
import { type Builtin, bigInteger, fail } from './operands.ts';

export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  'numbers.range_step': (operands) => {
    const [from, to, step] = [bigInteger(operands, 0), bigInteger(operands, 1), bigInteger(operands, 2)];
    if (step <= 0n) return fail('the step must be positive');
    boundItems((from < to ? to - from : from - to) / step);
    const numbers: (number | bigint)[] = [];
    if (from <= to) for (let n = from; n <= to; n += step) numbers.push(integer(n));
    else for (let n = from; n >= to; n -= step) numbers.push(integer(n));
    return numbers;
  },
};
