// Access to Postgres: a pool, transactions that retry what Postgres asks to be retried, and rows that are parsed by a
// schema before anyone uses them. Nothing else in the project talks to the driver.

import { EventEmitter } from 'node:events';
import pg from 'pg';
import { z } from 'zod';

/** Runs SQL: the pool outside a transaction, or one connection inside it. */
export interface Queryable {
  /** All rows, parsed. Throws when a row does not fit the schema. */
  rows<T>(schema: z.ZodType<T>, text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement and returns how many rows it touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

export interface Transaction extends Queryable {
  /** Time of this transaction by the database's clock: UTC, microseconds, always 27 characters. */
  readonly now: string;
  /** Tells who listens in this process, once the transaction is committed. */
  announce(topic: Topic): void;
}

/**
 * What a process tells itself after a commit. Postgres' NOTIFY would tell others too, but it lets commits through one at a
 * time, which costs every writer; others find out by looking, which they do anyway.
 */
export type Topic = 'work' | 'events';

export interface Database extends Queryable {
  /**
   * Runs `body` in one transaction. It is run again when Postgres reports a deadlock or a serialization failure, so it
   * must do nothing outside the transaction.
   */
  transaction<T>(body: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Calls `heard` after each commit that announced the topic. */
  subscribe(topic: Topic, heard: () => void): void;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** One snapshot, and no writes: for a dry run. */
  readonly readOnly?: boolean;
  /** What must hold as it begins, in SQL without parameters; else nothing is done and `otherwise` is thrown. */
  readonly onlyIf?: { readonly condition: string; readonly otherwise: () => Error };
}

export interface DatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Most connections; 10 when left out. */
  readonly connections?: number;
  /**
   * How long a transaction may stand still between two statements before Postgres ends it; 10 s when left out. Shorter than
   * any lease, so that who takes over from a frozen process does not wait at its locks.
   */
  readonly idleInTransactionMs?: number;
  /** Told of connections that broke while idle; the pool replaces them. */
  readonly onError?: (error: Error) => void;
}

const INT8 = 20;
/** Serialization failure and deadlock. */
const RETRYABLE = new Set(['40001', '40P01']);
const MOST_ATTEMPTS = 8;

// int8 comes as text; the project keeps every integer within 2^53-1, and a larger one must not be rounded silently.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? parseInt8 : pg.types.getTypeParser(oid, format as 'text'),
};

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53-1`);
  return value;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 10_000,
    types,
  });
  pool.on('error', (error) => options.onError?.(error));
  const signals = new EventEmitter<Record<Topic, []>>();
  return {
    ...queryable(pool),
    transaction: async (body, settings) => {
      const announced = new Set<Topic>();
      const result = await retried(() => {
        announced.clear();
        return inTransaction(pool, body, announced, settings);
      });
      for (const topic of announced) signals.emit(topic);
      return result;
    },
    subscribe: (topic, heard) => signals.on(topic, heard),
    close: () => pool.end(),
  };
}

function queryable(client: pg.Pool | pg.PoolClient): Queryable {
  return {
    rows: async (schema, text, values = []) => {
      const result = await client.query<Record<string, unknown>>(prepared(text, values));
      return result.rows.map((row) => schema.parse(row));
    },
    run: async (text, values = []) => (await client.query(prepared(text, values))).rowCount ?? 0,
  };
}

/** By text. Each text is written in the source, so there are only so many. */
const statementNames = new Map<string, string>();

/** A statement that each connection parses and plans once: for our small queries that is most of their cost. */
function prepared(text: string, values: readonly unknown[]): pg.QueryConfig {
  const name = statementNames.get(text) ?? `lattice_${statementNames.size}`;
  statementNames.set(text, name);
  return { name, text, values: [...values] };
}

const beginning = z.tuple([
  z.unknown(),
  z.object({ rows: z.tuple([z.object({ now: z.string(), may: z.boolean() })]) }),
]);

/** Begins, and asks for the time of the transaction on the same way: its event will want it. */
async function begin(
  client: pg.PoolClient,
  { readOnly = false, onlyIf }: TransactionOptions,
): Promise<string> {
  const mode = readOnly ? 'ISOLATION LEVEL REPEATABLE READ READ ONLY' : '';
  const results: unknown = await client.query(
    `BEGIN ${mode}; SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now,
       ${onlyIf?.condition ?? 'true'} AS may`,
  );
  const [, time] = beginning.parse(results);
  const [{ now, may }] = time.rows;
  if (onlyIf !== undefined && !may) throw onlyIf.otherwise();
  return now;
}

async function inTransaction<T>(
  pool: pg.Pool,
  body: (tx: Transaction) => Promise<T>,
  announced: Set<Topic>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  const plain = queryable(client);
  let broken: Error | undefined;
  // Out of the pool nobody else listens, and an unheard error event would end the process when Postgres goes away.
  const onCut = (error: Error): void => {
    broken = error;
  };
  client.on('error', onCut);
  try {
    const now = await begin(client, options);
    const result = await body({ ...plain, now, announce: (topic) => announced.add(topic) });
    await commit(client);
    return result;
  } catch (error) {
    // A connection whose ROLLBACK fails is closed, not given back.
    await client.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.off('error', onCut);
    client.release(broken);
  }
}

/** The connection broke while a commit was under way: nobody knows yet whether Postgres made it. */
export class CommitInDoubtError extends Error {
  constructor(cause: unknown) {
    super('the connection broke during a commit', { cause });
    this.name = 'CommitInDoubtError';
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    // An error that Postgres answers with says that it has rolled back; one that ends the session says nothing.
    const state = sqlState(error);
    throw state === undefined || /^(08|57P)/.test(state) ? new CommitInDoubtError(error) : error;
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= MOST_ATTEMPTS || !isContention(error)) throw error;
    }
  }
}

/** Postgres' five-character error code, when the error came from the server. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Whether Postgres gave a transaction up because of others that ran beside it. */
export function isContention(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? '');
}

/** Whether an error says that Postgres could not be reached, is going away or has no room: the same may succeed later. */
export function isDatabaseOutage(error: unknown): boolean {
  if (error instanceof CommitInDoubtError) return true;
  const state = sqlState(error);
  // 28 and 3D: it does not let us in, or the database is not there; so nothing was decided either.
  if (state !== undefined) return /^(08|28|3D|57P|53|25P03)/.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT)$/.test(code) ||
    /connection (terminated|error)|timeout (exceeded|expired)/i.test(error.message)
  );
}
