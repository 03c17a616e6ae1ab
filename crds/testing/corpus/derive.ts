// Entries that follow from a kind's schema: each constraint broken once, each limit reached exactly. They say where the schema has a
// constraint; whether a surface enforces it is what the tests find out.

import { type JsonSchema, toJsonSchema } from '../../generate/json-schema.ts';
import type { Kind } from '../../kind.ts';
import type { Accepted, Refused } from './entry.ts';
import { placed } from './placed.ts';
import { declared, type Sample } from './samples.ts';

interface Wrong {
  readonly why: string;
  readonly value: unknown;
  /** Below the field, when the fault is not at the field itself. */
  readonly at?: string;
}

/** Breaks every constraint of the kind's fields, in the object that has all of them. */
export function refusedBySchema(kind: Kind, { full }: Sample): Refused[] {
  const schema = toJsonSchema(kind.spec);
  const spec = { pointer: '/spec', schema, sample: full, required: false };
  return [spec, ...fieldsOf(schema, '/spec', full)].flatMap(({ pointer, schema, sample, required }) =>
    [...wrongValues(schema, sample), ...(required ? [{ why: 'missing', value: undefined }] : [])].map(
      ({ why, value, at = '' }) => ({
        why: `${pointer}: ${why}`,
        manifest: placed(declared(kind.name, full), pointer, value),
        at: pointer + at,
      }),
    ),
  );
}

/** Every limit reached exactly, every value of every list of values, in an object that needs no more. */
export function acceptedBySchema(kind: Kind, { full, least, entangled = [] }: Sample): Accepted[] {
  const { properties = {} } = toJsonSchema(kind.spec);
  return Object.entries(properties)
    .filter(([field]) => !entangled.includes(field))
    .flatMap(([field, schema]) =>
      [
        { pointer: `/spec/${field}`, schema, sample: full[field] },
        ...fieldsOf(schema, `/spec/${field}`, full[field]),
      ].flatMap(({ pointer, schema: inner, sample }) =>
        rightValues(inner, sample).map(({ why, value }) => ({
          why: `${pointer}: ${why}`,
          manifest: placed(declared(kind.name, { ...least, [field]: full[field] }), pointer, value),
        })),
      ),
    );
}

interface Field {
  readonly pointer: string;
  readonly schema: JsonSchema;
  readonly sample: unknown;
  readonly required: boolean;
}

/** The fields within a value, and the elements of its lists. */
function fieldsOf(schema: JsonSchema, at: string, sample: unknown): Field[] {
  const inner: Field[] = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    pointer: `${at}/${name}`,
    schema: property,
    sample: typeof sample === 'object' && sample !== null ? Reflect.get(sample, name) : undefined,
    required: schema.required?.includes(name) ?? false,
  }));
  const items: Field[] = schema.items
    ? [{ pointer: `${at}/0`, schema: schema.items, sample: firstOf(sample), required: false }]
    : [];
  return [...inner, ...items].flatMap((field) => [
    field,
    ...fieldsOf(field.schema, field.pointer, field.sample),
  ]);
}

const firstOf = (sample: unknown): unknown => (Array.isArray(sample) ? sample[0] : undefined);

function wrongValues(schema: JsonSchema, sample: unknown): Wrong[] {
  const { type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems, pattern } = schema;
  return [
    { why: 'null', value: null },
    ...wrongTypes(type),
    ...(schema.enum ? [{ why: 'a value that is none of the list', value: 'no-such-value' }] : []),
    ...(minLength > 0 ? [{ why: 'too short', value: 'x'.repeat(minLength - 1) }] : []),
    ...(maxLength === undefined ? [] : tooLong(maxLength)),
    ...(pattern === undefined ? [] : [{ why: 'not of the pattern', value: misfit(pattern) }]),
    ...(type === 'string' && !schema.enum ? [{ why: 'a NUL', value: 'a\0b' }] : []),
    ...(minimum === undefined ? [] : [{ why: 'too small', value: beyond(minimum, -1n) }]),
    ...(maximum === undefined
      ? []
      : [
          { why: 'too large', value: beyond(maximum, 1n) },
          { why: 'an integer of twenty digits', value: 10n ** 19n },
        ]),
    ...(type === 'integer' ? [{ why: 'a fraction', value: 1.5 }] : []),
    ...(minItems > 0 ? [{ why: 'too few', value: [] }] : []),
    ...(maxItems === undefined ? [] : [{ why: 'too many', value: copies(sample, maxItems + 1) }]),
    ...(schema.additionalProperties === false
      ? [{ why: 'an unknown field', value: { ...objectOf(sample), notAField: 1 }, at: '/notAField' }]
      : []),
  ];
}

const tooLong = (most: number): Wrong[] => [
  { why: 'too long', value: 'a'.repeat(most + 1) },
  // Longer ones are more bytes than a spec may have, which is said of the spec.
  ...(most < 65_536 ? [{ why: 'too long in characters of two units', value: '😀'.repeat(most + 1) }] : []),
];

function rightValues(schema: JsonSchema, sample: unknown): Wrong[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, cel } =
    schema as JsonSchema & {
      cel?: unknown;
    };
  const isFree = pattern === undefined && cel === undefined && sample !== undefined;
  return [
    ...(schema.enum ?? []).map((value) => ({ why: `the value ${String(value)}`, value })),
    ...(minLength !== undefined && isFree ? [{ why: 'the shortest', value: '😀'.repeat(minLength) }] : []),
    ...(minimum === undefined ? [] : [{ why: 'the smallest', value: minimum }]),
    ...(maximum === undefined ? [] : [{ why: 'the largest', value: maximum }]),
    ...(minItems === undefined ? [] : [{ why: 'the fewest', value: copies(sample, minItems) }]),
    ...(maxItems === undefined ? [] : [{ why: 'the most', value: copies(sample, maxItems) }]),
    ...(maxLength !== undefined && isFree && maxLength <= 1024 && minLength !== undefined
      ? [{ why: 'the longest, in characters of two units', value: '😀'.repeat(maxLength) }]
      : []),
  ];
}

function wrongTypes(type: string | undefined): Wrong[] {
  const others: Readonly<Record<string, readonly unknown[]>> = {
    string: [7, true, ['a'], { a: 'a' }],
    integer: ['7', true, [7]],
    boolean: ['true', 1],
    array: ['a', { a: 'a' }],
    object: ['a', [], 7],
  };
  return (others[type ?? ''] ?? []).map((value) => ({
    why: `${Array.isArray(value) ? 'array' : typeof value} instead of ${type}`,
    value,
  }));
}

function misfit(pattern: string): string {
  const text = 'é ~';
  if (new RegExp(pattern).test(text)) throw new Error(`"${text}" fits ${pattern}; choose another text`);
  return text;
}

const beyond = (limit: number, step: bigint): number | bigint => {
  const value = BigInt(limit) + step;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
};

function copies(sample: unknown, count: number): unknown[] {
  return Array.from({ length: count }, () => firstOf(sample));
}

const objectOf = (sample: unknown): object => (typeof sample === 'object' && sample !== null ? sample : {});
