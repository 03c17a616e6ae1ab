// A provider of nothing but corners, in memory: every type of value, every kind of attribute, everything that can be served.
// Its one resource is looked at by tests that need what Lattice's own kinds do not have yet.

import { decodeJson } from '../cty/json.ts';
import { listOf, mapOf, setOf } from '../cty/type.ts';
import { entryOf, isMap, isUnknown, type Value, type ValueMap } from '../cty/value.ts';
import { type Diagnostic, problem } from '../diagnostics.ts';
import type { Action, EphemeralResource, ListResource, Provider } from '../provider.ts';
import type { Outcome, Resource } from '../resource.ts';
import { sameJson } from '../schema/equivalence.ts';
import { type Attribute, type Schema, typeOf } from '../schema/schema.ts';

export interface Corner extends Provider {
  /** By name. */
  readonly things: Map<string, ValueMap>;
  /** What write-only values came along, by name. */
  readonly secrets: Map<string, Value>;
  /** What happened, in order: `open 1h`, `close 1h`, `knock a`. */
  readonly events: string[];
}

const attribute = (name: string, type: Attribute['type'], more: Partial<Attribute>): Attribute => ({
  name,
  type,
  description: `The ${name}.`,
  ...more,
});
const optional = { optional: true };
const computed = { computed: true };

const part = [
  attribute('name', 'string', { required: true }),
  attribute('note', 'string', optional),
  attribute('serial', 'string', { computed: true, stable: true }),
];

export const thingSchema: Schema = {
  version: 2,
  description: 'A thing with corners.',
  attributes: [
    attribute('id', 'string', { computed: true, stable: true }),
    attribute('etag', 'string', computed),
    attribute('name', 'string', { required: true, replaces: true }),
    attribute('count_exact', 'number', optional),
    attribute('anything', 'dynamic', optional),
    attribute('document', 'string', { optional: true, equivalent: sameJson }),
    attribute('texts', listOf('string'), optional),
    attribute('tags', setOf('string'), optional),
    attribute('labels', mapOf('string'), optional),
    attribute('parts', { nesting: 'list', attributes: part }, optional),
    attribute('part_set', { nesting: 'set', attributes: part }, optional),
    attribute('part_map', { nesting: 'map', attributes: part }, optional),
    attribute(
      'login',
      {
        nesting: 'single',
        attributes: [
          attribute('user', 'string', { required: true }),
          attribute('password_wo', 'string', { optional: true, writeOnly: true }),
        ],
      },
      optional,
    ),
    attribute('secret_wo', 'string', { optional: true, writeOnly: true }),
    attribute('secret_wo_version', 'number', optional),
    attribute('region', 'string', { optional: true, computed: true, default: 'north' }),
    attribute('address', 'string', { optional: true, computed: true, stable: true, nullable: true }),
  ],
};

const nothing: ValueMap = Object.fromEntries(thingSchema.attributes.map(({ name }) => [name, null]));

export function createCorner(): Corner {
  const things = new Map<string, ValueMap>();
  const secrets = new Map<string, Value>();
  const events: string[] = [];
  let writes = 0;
  const nameIn = (state: ValueMap) => String(entryOf(state, 'name'));
  const write = (planned: ValueMap, config: ValueMap): Outcome => {
    writes += 1;
    const name = nameIn(planned);
    const state = { ...decided(planned, writes), id: `thing-${name}` };
    things.set(name, state);
    secrets.set(name, entryOf(config, 'secret_wo') ?? null);
    return { state, private: { writes: String(writes) }, diagnostics: [] };
  };
  const thing: Resource = {
    schema: thingSchema,
    identity: {
      schema: {
        version: 0,
        attributes: [{ name: 'name', description: 'The name.', type: 'string', required: true }],
      },
      of: (state) => (typeof state.name === 'string' ? { name: state.name } : undefined),
    },
    validate: () => [],
    upgrade: (version, stored) => {
      const state = stateFrom(stored);
      // Version 1 had no region.
      return version < 2 ? { ...state, region: 'north' } : state;
    },
    read: async ({ state, private: kept }) => ({
      state: things.get(nameIn(state)) ?? null,
      private: kept,
      diagnostics: [],
    }),
    plan: async ({ private: kept }) => ({ private: kept, diagnostics: [] }),
    planDelete: async () => [],
    create: async ({ planned, config }) => write(planned, config),
    update: async ({ planned, config }) => write(planned, config),
    delete: async ({ prior }) => {
      things.delete(nameIn(prior));
      return { state: null, private: {}, diagnostics: [] };
    },
    import: (request) => {
      const name = 'id' in request ? request.id : entryOf(request.identity, 'name');
      return { state: { ...nothing, name: name ?? null }, private: {}, diagnostics: [] };
    },
    move: ({ typeName, state }) =>
      typeName === 'other_thing' ? { ...stateFrom(state), region: 'north' } : undefined,
  };
  const pass: EphemeralResource = {
    schema: {
      version: 0,
      description: 'A pass that is there for a while.',
      attributes: [
        attribute('hours', 'number', { required: true }),
        attribute('secret', 'string', { computed: true, sensitive: true }),
      ],
    },
    validate: () => [],
    open: async (config) => {
      events.push(`open ${String(config.hours)}h`);
      const result = { ...config, secret: 'pass-secret' };
      return { result, private: { hours: String(config.hours) }, renewAt: 1_000, diagnostics: [] };
    },
    renew: async (kept) => {
      events.push(`renew ${kept.hours}h`);
      return { private: kept, renewAt: 2_000, diagnostics: [] };
    },
    close: async (kept) => {
      events.push(`close ${kept.hours}h`);
      return [];
    },
  };
  const list: ListResource = {
    schema: {
      version: 0,
      description: 'Things whose name begins so.',
      attributes: [attribute('prefix', 'string', optional)],
    },
    validate: () => [],
    list: async function* ({ prefix }) {
      if (prefix === 'broken') throw new Error('the list is broken');
      for (const [name, state] of things)
        if (typeof prefix !== 'string' || name.startsWith(prefix)) yield { displayName: name, state };
    },
  };
  const knock: Action = {
    schema: {
      version: 0,
      description: 'Knocks.',
      attributes: [attribute('name', 'string', { required: true })],
    },
    validate: () => [],
    plan: async ({ name }) => (name === 'nobody' ? [NOBODY] : []),
    invoke: async ({ name }, tell) => {
      tell('going there');
      events.push(`knock ${String(name)}`);
      tell('knocked');
      return name === 'nobody' ? [NOBODY] : [];
    },
  };
  let isUnknownEndpoint = false;
  return {
    things,
    secrets,
    events,
    schema: {
      version: 0,
      description: 'Corners.',
      attributes: [attribute('endpoint', 'string', optional)],
    },
    resources: new Map([['corner_thing', thing]]),
    dataSources: new Map([
      [
        'corner_thing',
        {
          schema: {
            version: 0,
            description: 'A thing.',
            attributes: [
              attribute('name', 'string', { required: true }),
              attribute('etag', 'string', computed),
            ],
          },
          validate: () => [],
          read: async ({ name }) => ({
            state: { name: name ?? null, etag: things.get(String(name))?.etag ?? null },
            diagnostics: [],
          }),
        },
      ],
    ]),
    functions: new Map(),
    ephemeralResources: new Map([['corner_pass', pass]]),
    listResources: new Map([['corner_thing', list]]),
    actions: new Map([['corner_knock', knock]]),
    validate: () => [],
    configure: ({ endpoint }) => {
      isUnknownEndpoint = isUnknown(endpoint);
      return { diagnostics: [], unknown: isUnknownEndpoint };
    },
    stop: () => {},
  };
}

const NOBODY: Diagnostic = problem('There is nobody', 'Knock elsewhere.', ['name']);

function stateFrom(stored: Uint8Array): ValueMap {
  const state = decodeJson(stored, typeOf(thingSchema.attributes));
  return isMap(state) ? state : nothing;
}

/** What is left to the provider gets a value, wherever it is. */
function decided(value: ValueMap, writes: number): ValueMap {
  const decide = (inner: Value, name: string): Value => {
    if (isUnknown(inner)) return name === 'address' ? null : `${name}-${writes}`;
    if (Array.isArray(inner)) return inner.map((item: Value) => decide(item, name));
    return isMap(inner) ? decided(inner, writes) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decide(inner, name)]));
}
