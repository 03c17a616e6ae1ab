// What no schema says: fields that depend on each other, and forms that are more than a pattern.

import type { Accepted, Refused } from './entry.ts';
import { placed } from './placed.ts';
import { declared, samples } from './samples.ts';

/** Values of one field, in the object that needs no more. */
const field = (kind: string, pointer: string, values: readonly unknown[]): Refused[] =>
  values.map((value) => ({
    why: `${pointer}: ${JSON.stringify(value)}`,
    manifest: placed(declared(kind, samples[kind]?.least), pointer, value),
    at: pointer,
  }));

const tools = Array.from({ length: 1024 }, (_, index) => `tool-${index}`);
/** What costs the API server most: rules are bounded by what they may cost at worst. */
const longTools = tools.map((tool) => tool.padStart(112, 'x'));
const longSelector = Array.from({ length: 64 }, (_, index) => `k${index}=v`.padEnd(15, 'v')).join(',');
const longRule = { verbs: ['get'], kinds: ['*'], selector: longSelector };
const zeros = `${'A'.repeat(43)}=`;

const ranges = [
  '10.20.0.1/24',
  '10.20.0.0/33',
  '10.20.0.0',
  '010.20.0.0/16',
  '10.20/16',
  '::ffff:10.0.0.0/112',
  'FD00::/64',
  'fd00:0::/64',
  'fd00::1/64',
  'fd00::/129',
  'fd00::%1/64',
  '10.20.0.0/24 ',
  '10.20.0.0/024',
];
const selectors = [
  'a,',
  ',a',
  'a=b=c',
  '!a=b',
  'a in (b',
  'a in ((b))',
  'a b',
  '-a',
  'a\u00a0=b',
  'a/b/c=d',
  'A.b/c',
];
const addresses = [
  'ftp://example.com',
  'https://',
  'example.com',
  'https://ann@example.com',
  'https://ann:pw@example.com',
  'https://a b.com',
  ' https://example.com',
  'https://example.com:70000',
  'https://1.2.3.400',
  'https://[fd00::zz]',
  'https://[fd00:::1]/[x]',
  'https://example.com/%zz',
  'https://example.com\\x',
];

export const refusedByHand: readonly Refused[] = [
  ...field('Budget', '/spec/timeZone', ['Mars/Olympus', 'europe/berlin', '']),
  ...(['MicroUsd', 'Tokens'] as const).map((unit) => ({
    why: `a threshold above limit${unit}`,
    manifest: declared('Budget', { [`limit${unit}`]: 10, [`softThresholds${unit}`]: [10, 11] }),
    at: `/spec/softThresholds${unit}/1`,
  })),
  {
    why: 'a threshold above a limit of zero',
    manifest: declared('Budget', { limitTokens: 0, softThresholdsTokens: [1] }),
    at: '/spec/softThresholdsTokens/0',
  },
  {
    why: 'a tool that needs approval and is none of the tools',
    manifest: declared('Guardrail', { tools: ['a'], requireApproval: ['a', 'b'] }),
    at: '/spec/requireApproval/1',
  },
  {
    why: 'the last of a thousand tools',
    manifest: declared('Guardrail', { tools, requireApproval: [...tools.slice(1), 'other'] }),
    at: '/spec/requireApproval/1023',
  },
  ...field('Guardrail', '/spec/selector', selectors),
  ...selectors.map((selector) => ({
    why: `a selector of a rule: ${JSON.stringify(selector)}`,
    manifest: declared('AgentRole', { rules: [{ verbs: ['get'], kinds: ['*'], selector }] }),
    at: '/spec/rules/0/selector',
  })),
  ...field('ModelProvider', '/spec/baseUrl', addresses),
  ...field('ModelProvider', '/spec/apiKey', [{}, { env: 'LATTICE_SECRET_A', file: 'a' }]),
  ...field('ModelProvider', '/spec/apiKey/env', ['PATH', 'LATTICE_SECRET_', 'LATTICE_SECRET_a']),
  ...field('ModelProvider', '/spec/apiKey/file', ['../a', '/etc/shadow', 'a//b', 'a/.b', '']),
  ...field('ModelProvider', '/spec/apiKey/stored', [{ name: 'a' }]),
  ...field('ModelProvider', '/spec/apiKey', [{ kubernetes: { name: 'a', key: 'b' }, file: 'a' }]),
  {
    why: 'no address where one is needed',
    manifest: declared('ModelProvider', { type: 'openai-compatible' }),
    at: '/spec/baseUrl',
  },
  ...field('MeshNetwork', '/spec/cidr', ranges),
  ...ranges.map((range) => ({
    why: `a route: ${JSON.stringify(range)}`,
    manifest: declared('MeshPeer', { ...samples.MeshPeer?.least, routes: ['10.30.0.0/16', range] }),
    at: '/spec/routes/1',
  })),
  ...field('MeshPeer', '/spec/publicKey', [zeros, `${'a'.repeat(42)}B=`, `${'a'.repeat(43)}=\n`]),
  ...field('MeshPeer', '/spec/endpoint', ['host:65536', 'host', 'host:', ':51820', 'ho st:1', '[::1:1']),
  ...field('Waiver', '/spec/expiresAt', [
    '2031-01-31',
    '2031-01-31T00:00:00',
    '2031-02-29T00:00:00Z',
    '2031-01-31T24:00:00Z',
    '2031-01-31t00:00:00z',
    '2031-01-31T00:00Z',
    'tomorrow',
  ]),
];

const good = (kind: string, specs: readonly object[]): Accepted[] =>
  specs.map((spec, index) => ({
    why: `by hand ${index}`,
    manifest: declared(kind, { ...samples[kind]?.least, ...spec }),
  }));

export const acceptedByHand: readonly Accepted[] = [
  ...good('Budget', [
    { limitTokens: 10, softThresholdsTokens: [10] },
    { softThresholdsTokens: [10] },
    { limitMicroUsd: 0, limitTokens: 0 },
    { timeZone: 'America/Sao_Paulo' },
  ]),
  ...good('Guardrail', [
    { tools, requireApproval: [...tools].reverse() },
    { tools: longTools, requireApproval: [...longTools].reverse() },
    { selector: longSelector },
    ...['', '  ', 'a', 'a=', 'a == b', 'a != b,!c', 'a in ( b , c )', 'a notin ()', 'x.y/a=1'].map(
      (selector) => ({
        selector,
      }),
    ),
  ]),
  ...good('ModelProvider', [
    { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:11434' },
    ...['http://0x7f000001', 'https://[fd00::1]:8443/v1?x=%20#y', 'https://a_b.example.com./v1/[x]@y'].map(
      (baseUrl) => ({
        baseUrl,
      }),
    ),
    { apiKey: { file: 'acme/openai.key' } },
    { apiKey: { kubernetes: { name: 'openai', key: 'api-key' } } },
  ]),
  ...good(
    'MeshNetwork',
    ['0.0.0.0/0', '::/0', '10.0.0.1/32', 'fd00:0:1:2:3:4:5:0/112', '2001:db8:0:0:1::/80'].map((cidr) => ({
      cidr,
    })),
  ),
  ...good('AgentRole', [{ rules: Array.from({ length: 64 }, () => longRule) }]),
  ...good('MeshPeer', [
    { routes: Array.from({ length: 64 }, () => 'fd00:1111:2222:3333:4444:5555:6666:0/112') },
  ]),
  ...good(
    'MeshPeer',
    ['host:65535', '[fd00::1]:00080', '10.0.0.1:0'].map((endpoint) => ({ endpoint })),
  ),
  ...good(
    'Waiver',
    ['2028-02-29T23:59:59.123456789-11:30', '0001-01-01T00:00:00Z'].map((expiresAt) => ({ expiresAt })),
  ),
];
