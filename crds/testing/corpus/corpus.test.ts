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

/** Whether a value breaks one constraint, by the words of JSON Schema. Undefined for what is no constraint of a value. */
function breaks(keyword: string, limit: unknown, value: unknown): boolean | undefined {
  const most = Number(limit);
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const length = typeof value === 'string' ? [...value].length : undefined;
  switch (keyword) {
    case 'maxLength':
      return length !== undefined && length > most;
    case 'minLength':
      return length !== undefined && length < most;
    case 'pattern':
      return typeof value === 'string' && !new RegExp(String(limit)).test(value);
    case 'minimum':
      return isNumber && value < most;
    case 'maximum':
      return isNumber && value > most;
    case 'maxItems':
      return Array.isArray(value) && value.length > most;
    case 'minItems':
      return Array.isArray(value) && value.length < most;
    case 'enum':
      return typeof value === 'string' && Array.isArray(limit) && !limit.includes(value);
    case 'type':
      return value !== null && value !== undefined && typeName(value) !== limit;
    default:
      return undefined;
  }
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'integer' : typeof value;
}

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
            : breaks(keyword, limit, undefined) === undefined ||
              values.some((value) => breaks(keyword, limit, value));
      return isTried ? [] : [`${pointer} ${keyword}`];
    });
    expect(untried).toEqual([]);
    // A rule is broken where it stands or at a field of it; which of them, the API server says.
    for (const { pointer, keyword } of constraintsOf(toRuledSchema(kind.spec), '/spec'))
      if (keyword === 'cel') expect(entries.some((entry) => entry.at.startsWith(pointer))).toBe(true);
  },
);
