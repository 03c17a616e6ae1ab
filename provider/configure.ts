// The provider block: where the controller is and who asks. Promise: every mistake is found before the first request and
// names its attribute. Never: plain HTTP off this machine, credentials in a URL, or a token in a message.

import type { Target } from './http/transport.ts';
import type { ObjectSchema } from './schema/attribute.ts';
import { entryOf, isUnknown, type Value, type ValueMap } from './sdk/cty/value.ts';
import { type Diagnostic, problem } from './sdk/diagnostics.ts';

export const providerSchema: ObjectSchema = {
  version: 0,
  description: 'Lattice: a governed runtime for AI agents, declared as code.',
  attributes: [
    {
      name: 'endpoint',
      description:
        'Address of the controller, e.g. "https://lattice.example.com". LATTICE_ADDRESS when left out. Plain http is ' +
        'for this machine only.',
      type: 'string',
      optional: true,
    },
    {
      name: 'token',
      description:
        'Token that the controller knows. LATTICE_TOKEN when left out, which is the best place for it: what is written here, ' +
        'Terraform copies into a saved plan, unless it is an ephemeral variable.',
      type: 'string',
      optional: true,
      sensitive: true,
    },
    {
      name: 'instance',
      description:
        'Tells this configuration from others: objects are owned by terraform/<instance>. "default" when left out.',
      type: 'string',
      optional: true,
      constraints: {
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
        expected: '1 to 128 characters of a-z, A-Z, 0-9, ".", "_" and "-", starting with a letter or digit',
      },
    },
  ],
};

const DEFAULT_INSTANCE = 'default';

/** What is wrong with the block itself, whatever the environment holds. */
export function validateProvider(config: ValueMap): Diagnostic[] {
  const endpoint = entryOf(config, 'endpoint') ?? null;
  return typeof endpoint === 'string' ? endpointFaults(endpoint, ['endpoint']) : [];
}

export type Configuration =
  | { readonly state: 'known'; readonly target: Target }
  /** It depends on something that exists only after apply. */
  | { readonly state: 'unknown' }
  | { readonly state: 'wrong'; readonly diagnostics: readonly Diagnostic[] };

export function configurationOf(config: ValueMap, environment: NodeJS.ProcessEnv): Configuration {
  const values = ['endpoint', 'token', 'instance'].map((name) => entryOf(config, name) ?? null);
  // An unknown endpoint must not fall back to the environment: that could be another controller.
  if (values.some(isUnknown)) return { state: 'unknown' };
  const [endpoint = '', token = '', instance = DEFAULT_INSTANCE] = [
    given(values[0]) ?? environment.LATTICE_ADDRESS,
    given(values[1]) ?? environment.LATTICE_TOKEN,
    given(values[2]),
  ];
  const diagnostics = [
    ...(endpoint === ''
      ? [
          problem(
            'The provider has no endpoint',
            'Set "endpoint" in the provider block, or LATTICE_ADDRESS, to the address of the controller.',
            ['endpoint'],
          ),
        ]
      : endpointFaults(endpoint, given(values[0]) === undefined ? [] : ['endpoint'])),
    ...(token === ''
      ? [
          problem('The provider has no token', 'Set LATTICE_TOKEN, or "token" in the provider block.', [
            'token',
          ]),
        ]
      : /[^\x21-\x7e]/.test(token)
        ? [
            problem(
              'The token is malformed',
              'A token has visible ASCII characters only; check for a line end.',
              ['token'],
            ),
          ]
        : []),
  ];
  if (diagnostics.length > 0) return { state: 'wrong', diagnostics };
  return { state: 'known', target: { endpoint: endpoint.replace(/\/+$/, ''), token, instance } };
}

function given(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function endpointFaults(endpoint: string, path: readonly string[]): Diagnostic[] {
  const fault = (detail: string) => [problem('The endpoint is not allowed', detail, path)];
  const url = URL.parse(endpoint);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return fault('Give an address such as "https://lattice.example.com".');
  if (url.username !== '' || url.password !== '')
    return fault('The address holds credentials. Leave them out, and give the token as LATTICE_TOKEN.');
  if (url.search !== '' || url.hash !== '') return fault('The address must not have a query or a fragment.');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return fault(`Plain http would send the token readable to ${url.hostname}. Use https.`);
  return [];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
