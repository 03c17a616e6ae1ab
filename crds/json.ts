// JSON that loses nothing: integers beyond 2^53-1 come back as bigint, so that admission can refuse them by name instead
// of rounding them; and places in it, as JSON pointers. It imports nothing: programs that start often begin with it.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/** Parses JSON text. Throws SyntaxError. Integer literals that a double cannot hold exactly become bigint. */
export function parseJson(text: string): unknown {
  const exact: Reviver = (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value;
  return JSON.parse(text, exact);
}

/** One step of a JSON pointer (RFC 6901). */
export function escapePointer(step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed();
}

export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${escapePointer(String(step))}`).join('');
}

/** The steps of a JSON pointer, unescaped. */
export function fromPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer, or undefined where the path ends. */
export function valueAt(value: unknown, pointer: string): unknown {
  return fromPointer(pointer).reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string, unknown>)[step]
        : undefined,
    value,
  );
}

/** Pointers of the leaves (and of whole added or removed parts) at which two JSON values differ, in order. */
export function changedPointers(before: unknown, after: unknown, pointer = ''): string[] {
  // Not Object.is: -0 is stored as 0, and would be a change at every apply.
  if (before === after) return [];
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys]
      .sort()
      .flatMap((key) =>
        changedPointers(
          Object.hasOwn(before, key) ? before[key] : undefined,
          Object.hasOwn(after, key) ? after[key] : undefined,
          `${pointer}/${escapePointer(key)}`,
        ),
      );
  }
  return [pointer];
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
