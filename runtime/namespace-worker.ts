// Keeps one worker alive for one namespace, through everything that happens to the namespace and to Temporal. Promises
// to try again for ever, with backoff, and to say what it waits for. Must never throw, nor leave a poll open after `stop`.

import { type NativeConnection, Worker } from '@temporalio/worker';
import { AGENT_TASK_QUEUE } from '../crds/agent-workflow.ts';
import { backoffMs } from './backoff.ts';
import type { WorkflowBundle } from './bundle.ts';
import type { WorkerCaps } from './caps.ts';
import type { SharedConnection } from './connection.ts';
import { errorText, type Log } from './log.ts';
import { answerWithin, pause } from './waiting.ts';

export interface NamespaceStatus {
  readonly namespace: string;
  /** waiting: tries to start and says why it could not. unreachable: started, but Temporal does not answer for it now. */
  readonly state: 'waiting' | 'running' | 'unreachable' | 'stopping' | 'overCap';
  readonly since: Date;
  readonly reason?: string;
}

export interface NamespaceWorker {
  status(): NamespaceStatus;
  /** Drains what is in hand; resolves when nothing polls any more. The same promise however often it is called. */
  stop(): Promise<void>;
}

export interface NamespaceWorkerDeps {
  readonly connection: SharedConnection;
  readonly bundle: WorkflowBundle;
  readonly caps: WorkerCaps;
  readonly log: Log;
}

const answerLimitMs = 3_000;
const probeEveryMs = 5_000;
/** How long an agent waits for a worker that was killed, before any other may take its task. */
const stickyLimitMs = 3_000;
const drainLimitMs = 10_000;

export function startNamespaceWorker(namespace: string, deps: NamespaceWorkerDeps): NamespaceWorker {
  const { connection, bundle, caps, log } = deps;
  const stopping = new AbortController();
  let status: NamespaceStatus = { namespace, state: 'waiting', since: new Date() };
  let failures = 0;

  /** Logs only what changed, so that a namespace that stays away costs one line. */
  function become(state: NamespaceStatus['state'], reason?: string): void {
    if (status.state === state && status.reason === reason) return;
    status = { namespace, state, since: new Date(), ...(reason === undefined ? {} : { reason }) };
    const say = reason === undefined ? log.info : log.warn;
    say.call(log, { namespace, state, reason }, 'namespace worker');
  }

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await runOnce();
      } catch (error) {
        if (stopping.signal.aborted) log.warn({ namespace, error: errorText(error) }, 'worker did not drain');
        else become('waiting', errorText(error));
      }
      failures += 1;
      await pause(backoffMs(failures), stopping.signal);
    }
  }

  async function runOnce(): Promise<void> {
    const shared = await answerWithin(answerLimitMs, stopping.signal, connection.get());
    // Describing a namespace succeeds before its data plane serves, and a poll that starts too early backs off for 10 s.
    await probe(shared, namespace, stopping.signal);
    if (stopping.signal.aborted) return;
    const worker = await Worker.create({
      connection: shared,
      namespace,
      taskQueue: AGENT_TASK_QUEUE,
      workflowBundle: { code: bundle.code },
      maxCachedWorkflows: caps.cachedWorkflows,
      maxConcurrentWorkflowTaskExecutions: caps.workflowTasks,
      workflowTaskPollerBehavior: {
        type: 'autoscaling',
        minimum: 2,
        initial: 2,
        maximum: caps.workflowPolls,
      },
      stickyQueueScheduleToStartTimeout: stickyLimitMs,
      shutdownForceTime: drainLimitMs,
    });
    const ended = new AbortController();
    const shutDown = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    const run = worker.run().finally(() => ended.abort());
    stopping.signal.addEventListener('abort', shutDown);
    try {
      // `stop` may have been called while the worker was made, when there was nobody to hear it.
      if (stopping.signal.aborted) shutDown();
      else become('running');
      // Both are waited for, whichever fails first: a next worker must not start while this one still polls.
      for (const part of await Promise.allSettled([watch(shared, ended.signal, shutDown), run])) {
        if (part.status === 'rejected') throw part.reason;
      }
    } finally {
      stopping.signal.removeEventListener('abort', shutDown);
    }
  }

  /** A worker's own polls hide an outage for a minute, so the namespace is asked for beside them. */
  async function watch(shared: NativeConnection, ended: AbortSignal, shutDown: () => void): Promise<void> {
    const over = AbortSignal.any([ended, stopping.signal]);
    for (;;) {
      await pause(probeEveryMs, over);
      if (over.aborted) return;
      try {
        await probe(shared, namespace, over);
        failures = 0;
        become('running');
      } catch (error) {
        if (over.aborted) return;
        if (isNamespaceGone(error)) {
          shutDown();
          throw error;
        }
        become('unreachable', errorText(error));
      }
    }
  }

  const done = keepRunning();
  return {
    status: () => status,
    stop() {
      if (!stopping.signal.aborted) {
        become('stopping');
        stopping.abort();
      }
      return done;
    },
  };
}

/**
 * The cheapest call that takes the same way as a worker's poll: front end, namespace registry, matching. Left behind when
 * it is late: while nothing listens, the core heeds neither a deadline nor an abort signal before its own retries end.
 */
async function probe(connection: NativeConnection, namespace: string, ended: AbortSignal): Promise<void> {
  const answer = connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: AGENT_TASK_QUEUE },
    taskQueueType: 1,
  });
  await answerWithin(answerLimitMs, ended, answer);
}

const grpcNotFound = 5;

function isNamespaceGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === grpcNotFound;
}
