// One exchange with servers that misbehave: a whole answer or an error, and nothing in between.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { exchange } from './exchange.ts';

const toClose: (() => void)[] = [];

afterEach(() => {
  for (const close of toClose.splice(0)) close();
});

async function servedBy(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  toClose.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('there is no port');
  return `http://127.0.0.1:${address.port}`;
}

const get = (url: string, signal: AbortSignal = new AbortController().signal) =>
  exchange(url, { method: 'GET', headers: {}, body: undefined, signal });

test('a redirect is an answer, and is not followed with the token', async () => {
  const asked: (string | undefined)[] = [];
  const url = await servedBy((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { location: '/elsewhere', 'retry-after': '3' }).end('elsewhere');
  });
  expect(await get(url)).toEqual({ status: 307, retryAfter: '3', text: 'elsewhere' });
  expect(asked).toEqual(['/']);
});

test('a body arrives as it was sent, with its length', async () => {
  const seen: unknown[] = [];
  const url = await servedBy((request, response) => {
    seen.push(request.headers['content-length'], request.headers['accept-encoding']);
    request.pipe(response);
  });
  const signal = new AbortController().signal;
  const answer = await exchange(url, { method: 'POST', headers: {}, body: '\ufeff"é"', signal });
  expect(answer.text).toBe('"é"');
  expect(seen).toEqual(['7', 'identity']);
});

test('an answer that breaks off is an error, with a length and without', async () => {
  for (const headers of [{ 'content-length': '100' }, { 'transfer-encoding': 'chunked' }]) {
    const url = await servedBy((_request, response) => {
      response.writeHead(200, headers).write('{"half":', () => response.destroy());
    });
    await expect(get(url)).rejects.toThrow();
  }
});

test('who gives up is told why, before the answer begins and in the middle of it', async () => {
  for (const begins of [false, true]) {
    const controller = new AbortController();
    const url = await servedBy((_request, response) => {
      if (begins) response.writeHead(200).write('{');
      setImmediate(() => controller.abort(new Error('the operation is over')));
    });
    await expect(get(url, controller.signal)).rejects.toThrow('the operation is over');
  }
});
