// Temporal as the controller uses it: namespaces and agent workflows. One connection serves all; every call has a deadline,
// and what a call meant is always judged by reading afterwards, never by its return alone.

import { setTimeout as delay } from 'node:timers/promises';
import {
  Client,
  Connection,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import type { TemporalConnection } from '../../config/temporal.ts';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  type AgentInput,
  type AgentState,
  APPLY_DIRECTIVE,
  MEMO_GENERATION,
  MEMO_UID,
  refusals,
  workflowIdOf,
} from '../../crds/agent-workflow.ts';
import { describeStep, type TemporalStep } from '../reconcile/reconciler.ts';
import { BackendError } from './errors.ts';

export type NamespaceState = 'absent' | 'pending' | 'serving' | 'terminating';

export type ObservedWorkflow =
  | { readonly state: 'no-namespace' }
  | { readonly state: 'absent' }
  /** `generation` is what the workflow has acknowledged. */
  | { readonly state: 'running'; readonly generation: number | undefined; readonly uid: string | undefined }
  | { readonly state: 'closed'; readonly closedAs: string };

export interface ListedWorkflow {
  readonly workflowId: string;
  readonly generation: number | undefined;
  readonly uid: string | undefined;
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

const GRPC = { deadlineExceeded: 4, notFound: 5, alreadyExists: 6 } as const;
const CALL_MS = 10_000;
const ACKNOWLEDGE_MS = 5_000;
const RETENTION = '1 day';
const STATE_DELETED = 2;
/** A workflow id that no agent has: asking for it shows whether a namespace serves. */
const PROBE = 'lattice-probe';

type WithDeadline = <T>(call: () => Promise<T>, ms?: number) => Promise<T>;

export function temporalBackend(options: TemporalConnection): TemporalBackend {
  const connection = Connection.lazy(options);
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

/** Turns a failure of Temporal into one that says what was being done, and nothing of what was sent. */
async function orBackendError<T>(doing: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const cause = grpcCause(error);
    const detail =
      cause === undefined
        ? error instanceof Error
          ? error.name
          : 'unknown error'
        : `gRPC code ${cause.code}: ${cause.details}`;
    throw new BackendError(`Temporal: ${doing}: ${detail}`, { cause: error });
  }
}

type AgentWorkflow = (input: AgentInput) => Promise<AgentState>;

/**
 * Starts the workflow if it does not run, and hands it the directive. Not being acknowledged in time is no error here: the
 * directive is in the workflow's history, and a later look will see the acknowledgement.
 */
async function deliver(client: Client, input: AgentInput, withDeadline: WithDeadline): Promise<void> {
  const start = new WithStartWorkflowOperation<AgentWorkflow>(AGENT_WORKFLOW_TYPE, {
    workflowId: workflowIdOf(input.uid),
    taskQueue: AGENT_TASK_QUEUE,
    args: [input],
    memo: { [MEMO_UID]: input.uid },
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  });
  // One id for all tries of a directive: Temporal takes few updates at a time, and each try under an id of its own would
  // count. A fence is new with every lease, so a directive that another lease sends is another update.
  const updateId = `directive/${input.directive.fence}/${input.directive.generation}`;
  const acknowledged = withDeadline(
    () =>
      client.workflow.executeUpdateWithStart<AgentWorkflow, AgentState, [AgentInput['directive']]>(
        APPLY_DIRECTIVE,
        {
          startWorkflowOperation: start,
          args: [input.directive],
          updateId,
        },
      ),
    ACKNOWLEDGE_MS,
  ).catch((error: unknown) => {
    if (!isDeadline(error) && !isRefusal(error, refusals.agentStopped)) throw error;
  });
  // The client's own retries can outlast the deadline.
  const late = new AbortController();
  try {
    await Promise.race([
      acknowledged,
      delay(ACKNOWLEDGE_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
  } finally {
    late.abort();
    acknowledged.catch(() => {});
  }
}

/** A workflow that drains towards its end takes no directive; the next try starts a new run. */
function isRefusal(error: unknown, type: string): boolean {
  return error instanceof Error && error.cause instanceof ApplicationFailure && error.cause.type === type;
}

const memoMarks = z.looseObject({
  [MEMO_GENERATION]: z.int().optional(),
  [MEMO_UID]: z.string().optional(),
});

function marks(memo: Record<string, unknown> | undefined): {
  generation: number | undefined;
  uid: string | undefined;
} {
  const parsed = memoMarks.safeParse(memo ?? {});
  return { generation: parsed.data?.[MEMO_GENERATION], uid: parsed.data?.[MEMO_UID] };
}

/** The gRPC error behind an error of the client, which wraps it more or less deeply. */
function grpcCause(error: unknown): { code: number; details: string } | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (isGrpcServiceError(cause)) return { code: cause.code, details: cause.details };
  return undefined;
}

function isNotFound(error: unknown): boolean {
  return (
    grpcCause(error)?.code === GRPC.notFound ||
    named(error, 'WorkflowNotFoundError', 'NamespaceNotFoundError')
  );
}

function namespaceMissing(error: unknown): boolean {
  if (named(error, 'NamespaceNotFoundError')) return true;
  const cause = grpcCause(error);
  return cause?.code === GRPC.notFound && /namespace/i.test(cause.details);
}

function isDeadline(error: unknown): boolean {
  return (
    grpcCause(error)?.code === GRPC.deadlineExceeded ||
    named(error, 'WorkflowUpdateRPCTimeoutOrCancelledError', 'WorkflowUpdateRPCTimeoutOrCanceledError')
  );
}

function named(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

async function unlessMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
