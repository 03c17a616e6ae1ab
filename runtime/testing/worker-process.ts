// A worker program for tests, run as a child that can be killed. Promises to end when its parent does. Must never be
// part of the product: it takes its list of namespaces from its parent instead of from Postgres.

import { parseArgs } from 'node:util';
import { startWorkers } from '../worker.ts';
import type { FromWorker, ToWorker } from './worker-child.ts';

const { values } = parseArgs({
  options: { address: { type: 'string' }, bundles: { type: 'string' }, cap: { type: 'string' } },
});
if (!values.address || !values.bundles) throw new Error('Give --address and --bundles.');

let namespaces: readonly string[] = [];
let changed = () => {};
const print = (fields: object, message: string) =>
  process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`);

const workers = await startWorkers({
  connection: { address: values.address },
  namespaces: {
    listNamespaces: async () => namespaces,
    onChange(listener) {
      changed = listener;
      return () => {};
    },
  },
  log: { info: print, warn: print, error: print },
  bundleDirectory: values.bundles,
  ...(values.cap === undefined ? {} : { caps: { namespaces: Number(values.cap) } }),
});

function isToWorker(value: unknown): value is ToWorker {
  return typeof value === 'object' && value !== null && 'type' in value;
}

process.on('message', (message) => {
  if (!isToWorker(message)) return;
  if (message.type === 'namespaces') {
    namespaces = message.namespaces;
    changed();
  } else {
    const states = workers.status().map(({ namespace, state }) => ({ namespace, state }));
    const answer: FromWorker = { type: 'status', states };
    process.send?.(answer);
  }
});
process.once('disconnect', () => {
  void workers.stop().finally(() => process.exit(0));
});
