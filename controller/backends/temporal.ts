// Temporal as the controller uses it: namespaces and agent workflows. One connection serves all; every call has a deadline,
// and what a call meant is always judged by reading afterwards, never by its return alone.

import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import type { TemporalConnection } from '../../config/temporal.ts';
import { AGENT_WORKFLOW_TYPE, MEMO_GENERATION, MEMO_HOLD, MEMO_UID } from '../../crds/agent-workflow.ts';
import { describeStep, type TemporalStep } from '../reconcile/reconciler.ts';
import { deliver, type WithDeadline } from './deliver.ts';
import { GRPC, isNotFound, namespaceMissing, orBackendError, unlessMissing } from './temporal-errors.ts';

export type NamespaceState = 'absent' | 'pending' | 'serving' | 'terminating';

export type ObservedWorkflow =
  | { readonly state: 'no-namespace' }
  | { readonly state: 'absent' }
  | ({ readonly state: 'running' } & WorkflowMarks)
  | { readonly state: 'closed'; readonly closedAs: string };

/** What a workflow says of itself, readable while no worker runs. */
export interface WorkflowMarks {
  /** What it has acknowledged. */
  readonly generation: number | undefined;
  readonly uid: string | undefined;
  /** The state in which the directive that it has acknowledged holds it. */
  readonly hold?: string | undefined;
}

export interface ListedWorkflow extends WorkflowMarks {
  readonly workflowId: string;
}

export interface TemporalBackend {
  namespaceState(namespace: string): Promise<NamespaceState>;
  observeWorkflow(namespace: string, workflowId: string): Promise<ObservedWorkflow>;
  /** Running agent workflows, as visibility lists them: it may lag, so look at each before acting on it. */
  listWorkflows(namespace: string): AsyncIterable<ListedWorkflow>;
  perform(step: TemporalStep): Promise<void>;
  /** Throws when Temporal does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const CALL_MS = 10_000;
const RETENTION = '1 day';
const STATE_DELETED = 2;
/** A workflow id that no agent has: asking for it shows whether a namespace serves. */
const PROBE = 'lattice-probe';

export function temporalBackend(options: TemporalConnection): TemporalBackend {
  const connection = Connection.lazy({
    ...options,
    // A moment only. What lasts longer is told in the status and tried again by the engine; retried in here it would hold a
    // place of the engine until the deadline, which then hides what Temporal said.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 3 }))],
    // Otherwise a Temporal that was away for long is found again only minutes after it is back.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 2_000 },
  });
  const clients = new Map<string, Client>();
  const clientFor = (namespace: string): Client => {
    const known = clients.get(namespace) ?? new Client({ connection, namespace });
    clients.set(namespace, known);
    return known;
  };
  const withDeadline: WithDeadline = (call, ms = CALL_MS) => connection.withDeadline(Date.now() + ms, call);

  const describe = async (namespace: string, workflowId: string): Promise<ObservedWorkflow> => {
    try {
      const found = await withDeadline(() => clientFor(namespace).workflow.getHandle(workflowId).describe());
      if (found.status.name !== 'RUNNING')
        return { state: 'closed', closedAs: found.status.name.toLowerCase() };
      return { state: 'running', ...marks(found.memo) };
    } catch (error) {
      if (namespaceMissing(error)) return { state: 'no-namespace' };
      if (isNotFound(error)) return { state: 'absent' };
      throw error;
    }
  };

  const namespaceState = async (namespace: string): Promise<NamespaceState> => {
    try {
      const found = await withDeadline(() => connection.workflowService.describeNamespace({ namespace }));
      if (found.namespaceInfo?.state === STATE_DELETED) return 'terminating';
    } catch (error) {
      if (isNotFound(error)) return 'absent';
      throw error;
    }
    return (await describe(namespace, PROBE)).state === 'no-namespace' ? 'pending' : 'serving';
  };

  const perform = async (step: TemporalStep): Promise<void> => {
    switch (step.do) {
      case 'registerNamespace':
        return await withDeadline(() => register(connection, step.namespace));
      case 'deleteNamespace':
        return await withDeadline(() => unlessMissing(deleteNamespace(connection, step.namespace)));
      case 'deliverDirective':
        return await deliver(clientFor(step.namespace), step.input, withDeadline);
      case 'terminateWorkflow':
        return await withDeadline(() =>
          unlessMissing(
            clientFor(step.namespace).workflow.getHandle(step.workflowId).terminate('deleted by lattice'),
          ),
        );
    }
  };

  return {
    namespaceState: (namespace) => orBackendError(`namespace ${namespace}`, namespaceState(namespace)),
    observeWorkflow: (namespace, workflowId) =>
      orBackendError(`workflow ${workflowId}`, describe(namespace, workflowId)),
    perform: (step) => orBackendError(describeStep(step), perform(step)),
    listWorkflows: async function* (namespace) {
      const query = `WorkflowType = '${AGENT_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
      for await (const found of clientFor(namespace).workflow.list({ query, pageSize: 1000 }))
        yield { workflowId: found.workflowId, ...marks(found.memo) };
    },
    ping: async () => {
      await withDeadline(() => connection.workflowService.getSystemInfo({}), 2_000);
    },
    close: () => connection.close(),
  };
}

async function register(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(RETENTION),
    });
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== GRPC.alreadyExists) throw error;
  }
}

async function deleteNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.operatorService.deleteNamespace({ namespace });
}

const memoMarks = z.looseObject({
  [MEMO_GENERATION]: z.int().optional(),
  [MEMO_UID]: z.string().optional(),
  [MEMO_HOLD]: z.string().optional(),
});

function marks(memo: Record<string, unknown> | undefined): WorkflowMarks {
  const { data } = memoMarks.safeParse(memo ?? {});
  return { generation: data?.[MEMO_GENERATION], uid: data?.[MEMO_UID], hold: data?.[MEMO_HOLD] };
}
