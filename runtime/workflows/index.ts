// The entry of the workflow bundle: every name exported here is a workflow type. Must never export anything else.

export { AgentWorkflow } from './agent.ts';
