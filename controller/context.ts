// What the parts of a running controller share.

import type DataLoader from 'dataloader';
import type { LinkWaiter } from '../audit/linked.ts';
import type { Log } from '../config/log.ts';
import type { Database } from '../store/database.ts';
import type { StoredObject } from '../store/objects.ts';
import type { AdmissionSettings } from './admission/settings.ts';
import type { TemporalBackend } from './backends/temporal.ts';
import type { Metrics } from './metrics.ts';
import type { PolicyJudge } from './policy/judge.ts';
import type { Reconciler } from './reconcile/reconciler.ts';
import type { Recorder } from './reconcile/record.ts';

export interface ControllerContext {
  readonly db: Database;
  readonly temporal: TemporalBackend;
  readonly policies: PolicyJudge;
  /** What sources give every caller. */
  readonly admission: AdmissionSettings;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly links: LinkWaiter;
  /** Objects by uid; what is asked for at the same moment is read with one query. */
  readonly objects: DataLoader<string, StoredObject | undefined>;
  readonly record: Recorder;
  readonly reconcilers: readonly Reconciler[];
  /** By object: the intent that this process has linked last, so that trying again is not declared again. */
  readonly intents: Map<string, string>;
  /** What the process takes no calls without, by its name in /readyz; each starts what it speaks of. */
  readonly readiness: Map<string, () => boolean>;
  /** Name of this process in leases. */
  readonly holder: string;
}

export function reconcilerOf(context: ControllerContext, kind: string): Reconciler {
  const found = context.reconcilers.find((reconciler) => reconciler.kind.name === kind);
  if (found === undefined) throw new Error(`no reconciler for kind ${kind}`);
  return found;
}
