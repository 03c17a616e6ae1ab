// What Temporal itself says of agent workflows: every run that was ever started, and what each was told, from the histories.

import { z } from 'zod';
import { AGENT_WORKFLOW_TYPE, namespaceOf } from '../../../crds/agent-workflow.ts';
import type { World } from '../world.ts';

export interface Told {
  readonly generation: number;
  readonly fence: number;
  readonly desiredState: string;
  readonly atMs: number;
}

export interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly uid: string;
  readonly org: string;
  readonly running: boolean;
  /** The run goes on under another id of its own accord. */
  readonly continued: boolean;
  readonly startedMs: number;
  /** What it was started with, then every directive that it accepted. */
  readonly told: readonly Told[];
}

const HISTORIES_AT_ONCE = 8;

/** Every run of the orgs, in the order in which they started. */
export async function allRuns(world: World, orgs: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const org of orgs) {
    const client = world.temporal(namespaceOf(org));
    const found = client.workflow.list({ query: `WorkflowType = '${AGENT_WORKFLOW_TYPE}'` });
    for await (const run of found.intoHistories({ concurrency: HISTORIES_AT_ONCE }))
      runs.push(runOf(org, run.workflowId, run.history));
  }
  return runs.sort((left, right) => left.startedMs - right.startedMs);
}

const directive = z.looseObject({ generation: z.int(), fence: z.int(), desiredState: z.string() });
const input = z.looseObject({ uid: z.string(), directive });

/** Arguments as the workflow got them. */
const payloads = z
  .object({ payloads: z.array(z.object({ data: z.instanceof(Uint8Array) })).min(1) })
  .transform(({ payloads: [first] }): unknown => JSON.parse(Buffer.from(first?.data ?? []).toString('utf8')));
/** A time of Temporal: seconds are a Long. */
const time = z
  .object({ seconds: z.unknown().transform(Number), nanos: z.int() })
  .transform(({ seconds, nanos }) => seconds * 1000 + nanos / 1e6);

/** What is read of the events of a history; the attributes of other types are absent. */
const historySchema = z.object({
  events: z
    .array(
      z.object({
        eventTime: time,
        workflowExecutionStartedEventAttributes: z
          .object({ originalExecutionRunId: z.string(), input: payloads })
          .nullish(),
        workflowExecutionUpdateAcceptedEventAttributes: z
          .object({ acceptedRequest: z.object({ input: z.object({ args: payloads }) }) })
          .nullish(),
        workflowExecutionContinuedAsNewEventAttributes: z.unknown(),
        workflowExecutionCompletedEventAttributes: z.unknown(),
        workflowExecutionFailedEventAttributes: z.unknown(),
        workflowExecutionTerminatedEventAttributes: z.unknown(),
        workflowExecutionTimedOutEventAttributes: z.unknown(),
        workflowExecutionCanceledEventAttributes: z.unknown(),
      }),
    )
    .min(1),
});
type HistoryEvent = z.infer<typeof historySchema>['events'][number];

const isContinued = (event: HistoryEvent | undefined): boolean =>
  Boolean(event?.workflowExecutionContinuedAsNewEventAttributes);
const isClosed = (event: HistoryEvent | undefined): boolean =>
  isContinued(event) ||
  Boolean(
    event?.workflowExecutionCompletedEventAttributes ??
      event?.workflowExecutionFailedEventAttributes ??
      event?.workflowExecutionTerminatedEventAttributes ??
      event?.workflowExecutionTimedOutEventAttributes ??
      event?.workflowExecutionCanceledEventAttributes,
  );

function runOf(org: string, workflowId: string, history: unknown): Run {
  const { events } = historySchema.parse(history);
  const [first] = events;
  const last = events.at(-1);
  const started = first?.workflowExecutionStartedEventAttributes;
  const { uid, directive: initial } = input.parse(started?.input);
  const startedMs = first?.eventTime ?? 0;
  const accepted = events.flatMap(({ eventTime, workflowExecutionUpdateAcceptedEventAttributes: update }) => {
    // Other updates than directives are messages.
    const told = directive.safeParse(update?.acceptedRequest.input.args);
    return told.success ? [{ ...told.data, atMs: eventTime }] : [];
  });
  return {
    workflowId,
    runId: started?.originalExecutionRunId ?? '',
    uid,
    org,
    running: !isClosed(last),
    continued: isContinued(last),
    startedMs,
    told: [{ ...initial, atMs: startedMs }, ...accepted],
  };
}
