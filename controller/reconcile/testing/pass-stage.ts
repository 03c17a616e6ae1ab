// Where passes are watched: a real Postgres with its sealer, and a Temporal that is plain data, so that it can fail and be looked
// at in the middle. Promise: after `clear` nothing is declared; the ledger keeps what was told, so it is asked by uid.

import { linkWaiter } from '../../../audit/linked.ts';
import { startSealer } from '../../../audit/sealer.ts';
import type { Log } from '../../../config/log.ts';
import { conditionOf } from '../../../crds/api.ts';
import { auditEventSchema } from '../../../crds/audit.ts';
import { budget } from '../../../crds/budget.ts';
import { validateManifest } from '../../../crds/validate.ts';
import type { Database } from '../../../store/database.ts';
import { listen } from '../../../store/listen.ts';
import { insertObject, markDeleted } from '../../../store/object-writes.ts';
import { objectByUid, objectLoader, type StoredObject } from '../../../store/objects.ts';
import { startTestDatabase, type TestDatabase } from '../../../store/testing/database.ts';
import { requestWork, takeWork } from '../../../store/work.ts';
import { nothingAllowed } from '../../admission/settings.ts';
import type { NamespaceState, TemporalBackend } from '../../backends/temporal.ts';
import type { ControllerContext } from '../../context.ts';
import { createMetrics } from '../../metrics.ts';
import { policyJudge } from '../../policy/judge.ts';
import { policyLibrary } from '../../policy/library.ts';
import { agentReconciler } from '../agent.ts';
import { orgReconciler } from '../org.ts';
import { reconcileOnce } from '../pass.ts';
import type { Reconciler, TemporalStep } from '../reconciler.ts';
import { type PassReport, recorder } from '../record.ts';
import { rowReconciler } from '../row.ts';

export interface PassStage {
  readonly db: Database;
  readonly sql: TestDatabase['sql'];
  /** What the next passes work with; a test may lay something over it. */
  context: ControllerContext;
  /** Temporal's. */
  readonly namespaces: Map<string, NamespaceState>;
  /** Runs instead of an effect on Temporal, as often as it is set. */
  instead: ((step: TemporalStep) => Promise<void>) | undefined;
  declare(kind: string, name: string, spec?: object): Promise<StoredObject>;
  /** Marks the object as deleted, which makes it due. */
  remove(uid: string): Promise<void>;
  /** One pass over the object, whatever its backoff. */
  pass(uid: string): Promise<PassReport>;
  /** Passes over all that is due, at the same moment. */
  passTogether(): Promise<PromiseSettledResult<PassReport>[]>;
  /** What the ledger says of the object. */
  told(uid: string): Promise<string[]>;
  /** The status and reason of its condition Ready. */
  ready(uid: string): Promise<string | undefined>;
  /** Takes everything away that was declared. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

export const budgetReconciler = (db: Database): Reconciler =>
  rowReconciler(db, budget, { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' }, '');

export async function startPassStage(): Promise<PassStage> {
  const pg = await startTestDatabase();
  const db = pg.open('controller');
  const sealer = startSealer({ db, holder: 'test' });
  const namespaces = new Map<string, NamespaceState>();
  const temporal: TemporalBackend = {
    namespaceState: async (namespace) => namespaces.get(namespace) ?? 'absent',
    observeWorkflow: async () => ({ state: 'no-namespace' }),
    listWorkflows: async function* () {},
    perform: async (step) => {
      await stage.instead?.(step);
      if (step.do === 'registerNamespace') namespaces.set(step.namespace, 'pending');
      if (step.do === 'deleteNamespace') namespaces.delete(step.namespace);
    },
    ping: async () => {},
    close: async () => {},
  };
  const passOver = (item: Parameters<typeof reconcileOnce>[1]) =>
    reconcileOnce(stage.context, item, AbortSignal.timeout(30_000));
  const stage: PassStage = {
    db,
    sql: pg.sql,
    context: freshContext(db, temporal),
    namespaces,
    instead: undefined,
    declare: async (kind, name, spec = {}) => {
      const metadata = kind === 'Org' ? { name } : { org: 'acme', name };
      const { manifest, findings } = validateManifest({ kind, metadata, spec });
      if (manifest === undefined) throw new Error(JSON.stringify(findings));
      const owner = { manager: 'api', instance: 'me', ref: '' } as const;
      return await db.transaction(async (tx) => {
        const object = await insertObject(tx, { manifest, owner, idempotencyKey: undefined });
        if (object === undefined) throw new Error(`${name} exists`);
        await requestWork(tx, object.uid);
        return object;
      });
    },
    remove: (uid) =>
      db.transaction(async (tx) => {
        await markDeleted(tx, uid);
        await requestWork(tx, uid);
      }),
    pass: async (uid) => {
      await pg.sql('UPDATE work SET due_at = now() WHERE object_uid = $1', [uid]);
      const item = (await takeWork(db, 'test', 10)).find((taken) => taken.uid === uid);
      await pg.sql('UPDATE work SET lease_until = NULL WHERE object_uid <> $1', [uid]);
      if (item === undefined) throw new Error(`${uid} was not due`);
      return await passOver(item);
    },
    passTogether: async () => await Promise.allSettled((await takeWork(db, 'test', 100)).map(passOver)),
    told: async (uid) => {
      const rows = await pg.sql(`SELECT convert_from(bytes, 'UTF8') AS text FROM audit_event ORDER BY id`);
      return rows
        .map(({ text }) => auditEventSchema.parse(JSON.parse(String(text))))
        .filter((event) => event.uid === uid)
        .map((event) => `${event.action} ${event.phase} ${event.outcome}`);
    },
    ready: async (uid) => {
      const object = await objectByUid(db, uid);
      const condition = object && conditionOf(object.status, 'Ready');
      return condition && `${condition.status} ${condition.reason}`;
    },
    clear: async () => {
      await pg.sql(
        'TRUNCATE objects, object_references, work, lattice_orgs, lattice_ai_budgets, lattice_agents',
      );
      namespaces.clear();
      stage.instead = undefined;
      stage.context = freshContext(db, temporal);
    },
    close: async () => {
      await listener.stop();
      await sealer.stop();
      await pg.stop();
    },
  };
  const channels = { audit_event: sealer.wake, audit_linked: () => stage.context.links.wake() };
  const listener = listen({ url: pg.urls.controller, applicationName: 'pass-test', channels });
  return stage;
}

function freshContext(db: Database, temporal: TemporalBackend): ControllerContext {
  const intents = new Map<string, string>();
  return {
    db,
    objects: objectLoader(db),
    record: recorder({ db, intents }),
    temporal,
    policies: policyJudge(policyLibrary(db)),
    admission: nothingAllowed,
    log: silent,
    metrics: createMetrics(db),
    links: linkWaiter(db),
    reconcilers: [orgReconciler(db, temporal), budgetReconciler(db), agentReconciler(db, temporal)],
    intents,
    readiness: new Map(),
    holder: 'test',
  };
}
