// What a kind brings to the engine: four small functions over plain data. A reconciler reads what stands, says what is to
// be done and judges the outcome; it never writes. The engine does the steps, and records them.

import type { AgentInput } from '../../crds/agent-workflow.ts';
import type { ErrorCode } from '../../crds/errors.ts';
import type { Hold } from '../../crds/hold.ts';
import type { Kind } from '../../crds/kind.ts';
import type { StoredObject } from '../../store/objects.ts';

/** One change of a backend. Steps are data, so that they can be printed, recorded and tested. */
export type Step =
  | {
      readonly in: 'postgres';
      readonly do: 'upsertRow';
      readonly table: string;
      readonly found: 'missing' | 'changed';
      readonly columns: readonly string[];
    }
  | { readonly in: 'postgres'; readonly do: 'deleteRow'; readonly table: string }
  | { readonly in: 'postgres'; readonly do: 'giveAddress' | 'releaseAddress'; readonly address: string }
  | { readonly in: 'temporal'; readonly do: 'registerNamespace'; readonly namespace: string }
  | { readonly in: 'temporal'; readonly do: 'deleteNamespace'; readonly namespace: string }
  | {
      readonly in: 'temporal';
      readonly do: 'deliverDirective';
      readonly namespace: string;
      readonly input: AgentInput;
      readonly found: string;
      /** A hold that came or went asks for it: what it changes was as it should be, and is not put right. */
      readonly forHold?: boolean;
    }
  | {
      readonly in: 'temporal';
      readonly do: 'terminateWorkflow';
      readonly namespace: string;
      readonly workflowId: string;
    };

export type PostgresStep = Extract<Step, { in: 'postgres' }>;
export type TemporalStep = Extract<Step, { in: 'temporal' }>;

/** How a pass ended. Condition, event, metric and log line all derive from this. */
export type Result =
  | { readonly type: 'done'; readonly reason: string; readonly message: string }
  /** Nothing failed; the world needs time. */
  | { readonly type: 'again'; readonly afterMs: number; readonly code: ErrorCode; readonly message: string }
  /** It failed and may succeed later; repeated with backoff, for ever. */
  | { readonly type: 'retry'; readonly code: ErrorCode; readonly message: string }
  /** It is done, and something else keeps undoing it; looked at again, ever more seldom. */
  | {
      readonly type: 'contested';
      readonly afterMs: number;
      readonly code: 'Contested';
      readonly message: string;
    }
  /** It cannot succeed until the object or what it refers to changes. */
  | { readonly type: 'terminal'; readonly code: ErrorCode; readonly message: string; readonly field: string };

export interface Reconciler<Observed = unknown> {
  readonly kind: Kind;
  /** The governance table that holds a row for each object of the kind, and the view of what it should hold. */
  readonly table: GovernanceTable;
  /** Reads what stands in the backends. */
  observe(object: StoredObject): Promise<Observed>;
  /** What has to be done, in order; empty when all is as declared (or, for a deleted object, gone). */
  diff(object: StoredObject, observed: Observed, fence: number): Step[];
  /** Judges what stands after the steps. Rows count as written: they are, in the transaction of this judgement. */
  assess(object: StoredObject, observed: Observed): Result;
  /** Names of what stands for the object elsewhere. */
  externalIds(object: StoredObject, observed: Observed): Record<string, string>;
  /** The hold in force, for kinds that can be held. */
  hold?(observed: Observed): Hold | undefined;
}

export interface GovernanceTable {
  readonly name: string;
  readonly desired: string;
}

/** Whether the steps put something right, rather than follow a hold that came or went. */
export const putsRight = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.do !== 'deliverDirective' || step.forHold !== true);

/** A step in words, for the ledger and the log; it names fields, never values. */
export function describeStep(step: Step): string {
  switch (step.do) {
    case 'upsertRow':
      return step.found === 'missing'
        ? `write the missing row of ${step.table}`
        : `correct the row of ${step.table}: ${step.columns.join(', ')}`;
    case 'deleteRow':
      return `delete row of ${step.table}`;
    case 'giveAddress':
      return `give the address ${step.address}`;
    case 'releaseAddress':
      return `release the address ${step.address}`;
    case 'registerNamespace':
      return `register Temporal namespace ${step.namespace}`;
    case 'deleteNamespace':
      return `delete Temporal namespace ${step.namespace}`;
    case 'deliverDirective': {
      const { generation, hold } = step.input.directive;
      const held = hold === undefined ? '' : `, held ${hold},`;
      return `deliver generation ${generation}${held} to its workflow (${step.found})`;
    }
    case 'terminateWorkflow':
      return `terminate workflow ${step.workflowId}`;
  }
}
