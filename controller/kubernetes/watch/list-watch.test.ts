// Following a collection through the faults that break the usual informers, on a server that misbehaves on cue. The real
// server meets the same faults in test/e2e/kubernetes.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { eventually } from '../../../test/support/eventually.ts';
import { kubernetesApi } from '../api/client.ts';
import { followCollection, type ListWatch, type Pace } from './list-watch.ts';

/** Answers to lists and to watches, taken in order; the last one stays. */
type Answer = (response: ServerResponse, query: URLSearchParams) => void;
let lists: Answer[];
let watches: Answer[];
let asked: string[];
let server: Server;
let followed: ListWatch | undefined;
let seen: string[];
let failures: string[];

beforeEach(async () => {
  [lists, watches, asked, seen, failures, followed] = [[], [], [], [], [], undefined];
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://x');
    const isWatch = searchParams.has('watch');
    asked.push(
      isWatch ? `watch ${searchParams.get('resourceVersion')}` : `list ${searchParams.get('continue') ?? ''}`,
    );
    const answers = isWatch ? watches : lists;
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(response, searchParams);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await followed?.stop();
  server.close();
});

const usual: Pace = { silenceMs: 60_000, watchSeconds: 300, relistMs: 600_000, shortMs: 300 };

function follow(pace: Partial<Pace> = {}): ListWatch {
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent();
  const api = kubernetesApi({
    credentials: async () => ({ server: `http://127.0.0.1:${port}`, headers: {}, dispatcher }),
    refused: () => {},
    close: () => dispatcher.destroy(),
  });
  followed = followCollection(
    api,
    '/things',
    {
      replaced: (resources) => seen.push(`all ${resources.map(({ metadata }) => metadata.name).join(',')}`),
      changed: ({ metadata }) => seen.push(`changed ${metadata.name}`),
      removed: ({ metadata }) => seen.push(`removed ${metadata.name}`),
      failed: (error) => failures.push(error instanceof Error ? error.message : String(error)),
    },
    { ...usual, ...pace },
  );
  return followed;
}

const thing = (name: string, version: string) => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion: version },
});
const list =
  (version: string, names: string[], next?: string): Answer =>
  (response) =>
    response.end(
      JSON.stringify({
        metadata: { resourceVersion: version, ...(next && { continue: next }) },
        items: names.map((name) => thing(name, version)),
      }),
    );
const refuse =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end(JSON.stringify({ kind: 'Status', code, message: `no ${code}` }));
const say =
  (...events: object[]): Answer =>
  (response) => {
    response.writeHead(200).flushHeaders();
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };
const sayAndEnd =
  (...events: object[]): Answer =>
  (response) => {
    say(...events)(response, new URLSearchParams());
    response.end();
  };
const added = (name: string, version: string) => ({ type: 'ADDED', object: thing(name, version) });
const until = (what: string, accept: () => boolean) =>
  eventually(
    what,
    async () => accept(),
    (is) => is,
  );
const count = (what: string) => asked.filter((one) => one.startsWith(what)).length;

test('pages are put together, and the watch begins where the list ended', async () => {
  lists = [list('5', ['a'], 'more'), list('5', ['b'])];
  watches = [say(added('c', '6'))];
  follow();
  await until('the event came', () => seen.length === 2);
  expect(seen).toEqual(['all a,b', 'changed c']);
  expect(asked).toEqual(['list ', 'list more', 'watch 5']);
});

test('a list whose continuation is gone begins again', async () => {
  lists = [list('5', ['a'], 'more'), refuse(410), list('7', ['a', 'b'])];
  watches = [say()];
  follow();
  await until('the list is whole', () => seen.length === 1);
  expect(seen).toEqual(['all a,b']);
});

test('a watch that the server ends after its time goes on from the last event or bookmark', async () => {
  lists = [list('5', ['a'])];
  const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } };
  watches = [
    (response) => {
      say(added('b', '8'), bookmark)(response, new URLSearchParams());
      setTimeout(() => response.end(), usual.shortMs + 50);
    },
    say(added('c', '10')),
  ];
  follow();
  await until('the second watch told', () => seen.includes('changed c'));
  expect(asked).toEqual(['list ', 'watch 5', 'watch 9']);
  expect(failures).toEqual([]);
});

test.each([
  ['410 at the start of a watch', refuse(410)],
  [
    'an ERROR event of 410',
    sayAndEnd({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }),
  ],
  ['an ERROR event of another kind', sayAndEnd({ type: 'ERROR', object: { kind: 'Status', code: 500 } })],
  ['a clean end at once, without a word', sayAndEnd()],
  ['a line that is no JSON', (response: ServerResponse) => response.writeHead(200).end('{"type":"ADD\n')],
])('%s is followed by a new list', async (_why, fault) => {
  lists = [list('5', ['a']), list('9', ['a', 'b'])];
  watches = [fault, say()];
  follow();
  await until('it was listed again', () => seen.includes('all a,b'));
  await until('it is watched again', () => asked.at(-1) === 'watch 9');
  expect(failures).toHaveLength(1);
});

test.each([
  ['closed at once for ever', sayAndEnd()],
  ['refused with 410 for ever', refuse(410)],
  ['broken for ever', (response: ServerResponse) => void response.destroy()],
])('a watch that is %s is tried more and more seldom', async (_why, fault) => {
  lists = [list('5', [])];
  watches = [fault];
  follow();
  await until('it has failed a few times', () => failures.length >= 4);
  // Two or three quick ones, and then seconds in between: far from what a loop without pauses would do.
  expect(count('watch')).toBeLessThan(8);
});

test('429 is left alone for as long as it asks', async () => {
  const times: number[] = [];
  const timed =
    (answer: Answer): Answer =>
    (response, query) => {
      times.push(performance.now());
      answer(response, query);
    };
  lists = [timed(refuse(429, { 'retry-after': '2' })), timed(list('5', ['a']))];
  watches = [say()];
  follow();
  await until('it was listed', () => seen.length === 1);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_990);
});

test('500, a broken connection and an answer that is no list are retried', async () => {
  lists = [
    refuse(500),
    (response) => response.destroy(),
    (response) => response.end('<html>'),
    list('5', ['a']),
  ];
  watches = [say()];
  follow();
  await until('it was listed', () => seen.length === 1);
  expect(failures).toHaveLength(3);
});

test('a watch that falls silent is given up', async () => {
  lists = [list('5', ['a']), list('6', ['a', 'b'])];
  watches = [say()];
  follow({ silenceMs: 300 });
  await until('it was listed again', () => seen.includes('all a,b'));
  expect(failures[0]).toContain('said nothing');
});

test('a list comes by itself now and then, in case an event got lost', async () => {
  lists = [list('5', ['a']), list('6', ['a', 'b'])];
  watches = [
    (response) => {
      say()(response, new URLSearchParams());
      setTimeout(() => response.end(), usual.shortMs + 50);
    },
  ];
  follow({ relistMs: 100 });
  await until('it was listed again', () => seen.includes('all a,b'));
  expect(failures).toEqual([]);
});

test('its age is infinite before the first list, and small while it is healthy', async () => {
  lists = [refuse(403), list('5', [])];
  watches = [say()];
  const watch = follow();
  expect(watch.sinceHealthyMs()).toBe(Number.POSITIVE_INFINITY);
  await until('it was listed', () => seen.length === 1);
  expect(watch.sinceHealthyMs()).toBeLessThan(60_000);
});

test('stopping ends a watch that is open', async () => {
  lists = [list('5', [])];
  watches = [say()];
  const watch = follow();
  await until('it watches', () => count('watch') === 1);
  await watch.stop();
  expect(failures).toEqual([]);
});

test('what is told after it was asked to list anew was asked of the server after that', async () => {
  const held: ServerResponse[] = [];
  lists = [(response) => held.push(response), list('9', ['new'])];
  watches = [say()];
  const { relist } = follow();
  await until('the first list is under way', () => held.length === 1);
  relist();
  for (const response of held) list('5', ['old'])(response, new URLSearchParams());
  await until('the second was told', () => seen.length > 0);
  relist();
  await until('a watch was left for a third', () => seen.length === 2);
  expect(seen).toEqual(['all new', 'all new']);
  expect(failures).toEqual([]);
});
