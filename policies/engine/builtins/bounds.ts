// Bounds on what one builtin may make out of little: a range, all matches, a padded text.
// Promise: past a bound the policy has failed for want of memory, by name. Never: left to the heap limit of the thread: a
// single large allocation past that ends the whole process.

const mostItems = 1_000_000;
const mostLength = 16 * 1024 * 1024;

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

export function boundItems(count: number | bigint): void {
  if (count > mostItems) throw new TooLarge(`a builtin would return more than ${mostItems} values`);
}

export function boundText(length: number): void {
  if (length > mostLength)
    throw new TooLarge(`a builtin would take or return a text of more than ${mostLength} characters`);
}
