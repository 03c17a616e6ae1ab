import { expect, test } from '@jest/globals';
import { egressProblem, parseEgressEntry } from './egress.ts';

const problem = (url: string, egressAllow: string[], egressAllowLoopback = false): string | undefined =>
  egressProblem(new URL(url).hostname, { egressAllow, egressAllowLoopback });

test.each([
  { why: 'a host on the list', url: 'https://llm.example.com/v1', allow: ['llm.example.com'] },
  {
    why: 'in capitals, with the dot of the root',
    url: 'https://LLM.Example.com./',
    allow: ['llm.example.com'],
  },
  { why: 'on another port', url: 'https://llm.example.com:8443', allow: ['llm.example.com'] },
  { why: 'below a suffix', url: 'https://a.b.example.com', allow: ['*.example.com'] },
  { why: 'a public address', url: 'https://1.1.1.1', allow: ['1.1.1.1'] },
  { why: 'a public address in a range', url: 'https://1.1.1.1', allow: ['1.1.1.0/24'] },
  { why: 'a public address in the range of all', url: 'https://1.1.1.1', allow: ['0.0.0.0/0'] },
  { why: 'a private address that is named', url: 'http://10.1.2.3', allow: ['10.1.2.3'] },
  { why: 'a private address in a private range', url: 'http://10.1.2.3', allow: ['10.0.0.0/8'] },
  { why: 'IPv6', url: 'http://[fd00::7]', allow: ['fd00::/64'] },
  { why: 'loopback that is named', url: 'http://127.0.0.1:11434', allow: ['127.0.0.0/8'] },
  { why: 'localhost that is named', url: 'http://localhost:11434', allow: ['localhost'] },
  { why: 'link-local that is named', url: 'http://169.254.169.254', allow: ['169.254.169.254'] },
])('what the list names may be called: $why', ({ url, allow }) => {
  expect(problem(url, allow)).toBeUndefined();
});

test.each([
  { why: 'nothing on the list', url: 'https://llm.example.com', allow: [], says: 'is not on the list' },
  {
    why: 'a suffix is not its own domain',
    url: 'https://example.com',
    allow: ['*.example.com'],
    says: 'not on',
  },
  {
    why: 'a name that only ends so',
    url: 'https://badexample.com',
    allow: ['*.example.com', 'example.com'],
    says: 'not on',
  },
  {
    why: 'a name that only begins so',
    url: 'https://example.com.evil.org',
    allow: ['example.com'],
    says: 'not on',
  },
  { why: 'another address', url: 'https://1.1.2.1', allow: ['1.1.1.0/24'], says: 'not on' },
  { why: 'IPv4 by a range of IPv6', url: 'https://1.1.1.1', allow: ['::/0'], says: 'not on' },
  { why: 'loopback', url: 'http://127.0.0.1', allow: [], says: 'a loopback address' },
  {
    why: 'loopback in octal',
    url: 'http://0177.0.0.1',
    allow: ['0177.example.com'],
    says: '127.0.0.1 is a loopback',
  },
  { why: 'loopback as one number', url: 'http://2130706433', allow: [], says: 'a loopback' },
  { why: 'loopback in hexadecimal', url: 'http://0x7f.1', allow: [], says: 'a loopback' },
  { why: 'loopback by a range of all', url: 'http://127.0.0.1', allow: ['0.0.0.0/0'], says: 'a loopback' },
  { why: 'loopback of IPv6', url: 'http://[::1]', allow: ['::/0'], says: 'a loopback' },
  { why: 'the unspecified address', url: 'http://0.0.0.0', allow: [], says: 'an unspecified' },
  {
    why: 'a private address by a range of all',
    url: 'http://192.168.1.1',
    allow: ['0.0.0.0/0'],
    says: 'a private',
  },
  {
    why: 'the metadata of a cloud',
    url: 'http://169.254.169.254',
    allow: ['0.0.0.0/0'],
    says: 'a link-local',
  },
  { why: 'link-local IPv6', url: 'http://[fe80::1]', allow: ['::/0'], says: 'a link-local' },
  { why: 'a private IPv6', url: 'http://[fd00::1]', allow: ['::/0'], says: 'a private' },
  { why: 'carrier-grade NAT', url: 'http://100.64.0.1', allow: ['0.0.0.0/0'], says: 'a private' },
  { why: 'IPv4-mapped', url: 'http://[::ffff:1.1.1.1]', allow: ['1.1.1.1'], says: 'write 1.1.1.1' },
  {
    why: 'IPv4-mapped loopback',
    url: 'http://[::ffff:127.0.0.1]',
    allow: ['127.0.0.1'],
    says: 'write 127.0.0.1',
  },
  { why: 'NAT64', url: 'http://[64:ff9b::7f00:1]', allow: ['::/0'], says: 'a reserved' },
  { why: 'localhost', url: 'http://localhost', allow: [], says: 'a loopback name' },
  {
    why: 'a name below localhost',
    url: 'http://a.localhost',
    allow: ['*.localhost'],
    says: 'a loopback name',
  },
])('what the list does not name is refused: $why', ({ url, allow, says }) => {
  expect(problem(url, allow)).toContain(says);
});

test.each([
  'http://127.0.0.1:1',
  'http://127.9.9.9',
  'http://[::1]',
  'http://localhost',
  'http://a.localhost',
])('the switch opens loopback: %s', (url) => {
  expect(problem(url, [], true)).toBeUndefined();
});

test.each([
  ['http://10.0.0.1', 'a private'],
  ['http://169.254.169.254', 'a link-local'],
  ['http://[::ffff:127.0.0.1]', 'write 127.0.0.1'],
  ['http://0.0.0.0', 'an unspecified'],
  ['https://example.com', 'is not on the list'],
])('and nothing else: %s is %s', (url, says) => {
  expect(problem(url, [], true)).toContain(says);
});

test.each([
  { entry: 'api.example.com', is: 'host' },
  { entry: 'localhost', is: 'host' },
  { entry: 'API.Example.com', is: 'host' },
  { entry: '*.example.com', is: 'suffix' },
  { entry: '10.0.0.0/8', is: 'range' },
  { entry: '10.0.0.1', is: 'range' },
  { entry: 'fd00::1', is: 'range' },
  { entry: '*', is: undefined },
  { entry: '', is: undefined },
  { entry: 'a.*.example.com', is: undefined },
  { entry: '*example.com', is: undefined },
  { entry: 'https://example.com', is: undefined },
  { entry: 'example.com:443', is: undefined },
  { entry: '10.0.0.1/8', is: undefined },
  { entry: '10.0.0.0/33', is: undefined },
  { entry: '127.1', is: undefined },
  { entry: '::ffff:10.0.0.1', is: undefined },
  { entry: 'exa mple.com', is: undefined },
])('an entry of the list "$entry" is $is', ({ entry, is }) => {
  expect(parseEgressEntry(entry)?.is).toBe(is);
});
