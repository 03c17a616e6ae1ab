// What the workers of one process may take. Promises defaults that let a small machine hold dozens of namespaces. Must
// never be unlimited: a cache that grows until the isolate dies takes every namespace down with it.

export interface WorkerCaps {
  /** Namespaces served at once. The rest wait and are shown as over the cap. */
  readonly namespaces: number;
  /** Agents kept in memory a namespace; others are replayed when they are needed. */
  readonly cachedWorkflows: number;
  /** Workflow tasks in hand at once a namespace. */
  readonly workflowTasks: number;
  /** Open polls a namespace under load; 2 when idle. */
  readonly workflowPolls: number;
}

export const defaultCaps: WorkerCaps = {
  namespaces: 32,
  cachedWorkflows: 200,
  workflowTasks: 16,
  workflowPolls: 8,
};
