// Replays every recorded history with today's workflow code and prints what became of each, as JSON. A program of its
// own, because Temporal's core does not live in a test runner's sandbox.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runtime, Worker } from '@temporalio/worker';
import { loadWorkflowBundle } from '../bundle.ts';
import { asTemporalLogger, type Log } from '../log.ts';
import { listHistories, readHistory } from './histories.ts';

// The core would write its complaints to standard output, into the answer.
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };
Runtime.install({
  logger: asTemporalLogger(quiet),
  telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR' } } },
});
const { code } = await loadWorkflowBundle({
  log: quiet,
  directory: join(tmpdir(), 'lattice-workflow-bundles'),
});

async function* histories() {
  for (const file of await listHistories()) {
    yield { workflowId: file, history: await readHistory(file) };
  }
}

const outcomes: Record<string, string> = {};
for await (const { workflowId, error } of Worker.runReplayHistories(
  { workflowBundle: { code } },
  histories(),
)) {
  outcomes[workflowId] = error === undefined ? 'replayed' : error.message;
}
process.stdout.write(JSON.stringify(outcomes));
