import { expect, test } from '@jest/globals';
import { answerWithin, pause } from './waiting.ts';

const never = new Promise<string>(() => {});
const open = () => new AbortController();

test('an answer in time is the answer, its failure the failure', async () => {
  await expect(answerWithin(10_000, open().signal, Promise.resolve('yes'))).resolves.toBe('yes');
  await expect(answerWithin(10_000, open().signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('a late answer is given up', async () => {
  await expect(answerWithin(1, open().signal, never)).rejects.toThrow('did not answer within 1 ms');
});

test('a signal ends every wait, also one that had already fired', async () => {
  const signal = AbortSignal.abort();
  await pause(10_000, signal);
  await expect(answerWithin(10_000, signal, never)).rejects.toThrow();
  const ending = open();
  const waiting = pause(10_000, ending.signal);
  ending.abort();
  await waiting;
});
