import { expect, test } from '@jest/globals';
import { type JsonSchema, toJsonSchema, toRuledSchema } from '../../generate/json-schema.ts';
import { immutablePointers } from '../../immutable.ts';
import { changedPointers, fromPointer, valueAt } from '../../json.ts';
import { kindNamed, kinds } from '../../kinds.ts';
import { validateManifest } from '../../validate.ts';
import { corpus } from './corpus.ts';

const named = <Entry extends { why: string }>(entries: readonly Entry[], kindOf: (entry: Entry) => string) =>
  entries.map((entry) => [`${kindOf(entry)} ${entry.why}`, entry] as const);

test.each(named(corpus.accepted, ({ manifest }) => manifest.kind))('accepted: %s', (_name, { manifest }) => {
  expect(validateManifest(manifest).findings).toEqual([]);
});

test.each(named(corpus.refused, ({ manifest }) => manifest.kind))(
  'refused where it is wrong: %s',
  (_name, { manifest, at }) => {
    const { findings } = validateManifest(manifest);
    expect(findings.map(({ pointer }) => pointer)).toContain(at);
    expect(JSON.stringify(findings)).not.toContain('Internal');
  },
);

test.each(named(corpus.changes, ({ before }) => before.kind))(
  'a change: %s',
  (_name, { before, after, at }) => {
    const [old, now] = [before, after].map((manifest) => validateManifest(manifest).manifest);
    const kind = kindNamed(before.kind);
    if (old === undefined || now === undefined || kind === undefined)
      throw new Error('both states are valid');
    const changed = changedPointers(old.spec, now.spec, '/spec');
    const refused = immutablePointers(kind).filter((pointer) => changed.includes(pointer));
    expect(refused).toEqual(at === undefined ? [] : [at]);
  },
);

test('each kind has immutable fields changed for each that it has', () => {
  const tried = corpus.changes.map(({ before, at }) => `${before.kind} ${at}`);
  for (const kind of kinds)
    for (const pointer of immutablePointers(kind)) expect(tried).toContain(`${kind.name} ${pointer}`);
});

/** Whether a value breaks one constraint, by the words of JSON Schema. */
const breaks: Readonly<Record<string, (limit: never, value: unknown) => boolean>> = {
  maxLength: (limit: number, value) => typeof value === 'string' && [...value].length > limit,
  minLength: (limit: number, value) => typeof value === 'string' && [...value].length < limit,
  pattern: (limit: string, value) => typeof value === 'string' && !new RegExp(limit).test(value),
  minimum: (limit: number, value) => isNumber(value) && value < limit,
  maximum: (limit: number, value) => isNumber(value) && value > limit,
  maxItems: (limit: number, value) => Array.isArray(value) && value.length > limit,
  minItems: (limit: number, value) => Array.isArray(value) && value.length < limit,
  enum: (limit: readonly unknown[], value) => typeof value === 'string' && !limit.includes(value),
  type: (limit: string, value) => value !== null && value !== undefined && typeName(value) !== limit,
};
const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';
const typeName = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'bigint' || Number.isInteger(value)
      ? 'integer'
      : typeof value;

interface Constraint {
  readonly pointer: string;
  readonly keyword: string;
  readonly limit: unknown;
}

function constraintsOf(schema: JsonSchema, pointer: string): Constraint[] {
  return [
    ...Object.entries(schema).map(([keyword, limit]) => ({ pointer, keyword, limit })),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
      constraintsOf(inner, `${pointer}/${name}`),
    ),
    ...(schema.items ? constraintsOf(schema.items, `${pointer}/0`) : []),
  ];
}

test.each(kinds.map((kind) => [kind.name, kind] as const))(
  'every constraint of %s is broken once',
  (name, kind) => {
    const entries = corpus.refused.filter(({ manifest }) => manifest.kind === name);
    const at = (pointer: string) => entries.filter((entry) => entry.at.replace(/\/\d+/g, '/0') === pointer);
    const untried = constraintsOf(toJsonSchema(kind.spec), '/spec').flatMap(({ pointer, keyword, limit }) => {
      const values = at(pointer).map((entry) => valueAt(entry.manifest, entry.at));
      const isTried =
        keyword === 'required'
          ? [limit]
              .flat()
              .every((field) =>
                at(`${pointer}/${field}`).some(
                  ({ manifest }) => valueAt(manifest, `${pointer}/${field}`) === undefined,
                ),
              )
          : keyword === 'additionalProperties'
            ? entries.some(
                (entry) =>
                  fromPointer(entry.at).at(-1) === 'notAField' && entry.at === `${pointer}/notAField`,
              )
            : keyword in breaks
              ? values.some((value) => breaks[keyword]?.(limit as never, value))
              : true;
      return isTried ? [] : [`${pointer} ${keyword}`];
    });
    expect(untried).toEqual([]);
    // A rule is broken where it stands or at a field of it; which of them, the API server says.
    for (const { pointer, keyword } of constraintsOf(toRuledSchema(kind.spec), '/spec'))
      if (keyword === 'cel') expect(entries.some((entry) => entry.at.startsWith(pointer))).toBe(true);
  },
);
