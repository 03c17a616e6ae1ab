// The `lattice` command. Answers go to stdout, progress and errors to stderr; the exit code is 0, or 1 when it failed.

import { Command } from 'commander';
import { ConfigError } from '../config/load.ts';
import { LatticeError } from '../crds/findings.ts';
import { ApiError } from './client.ts';
import { accessCommand } from './commands/access.ts';
import { adoptCommand } from './commands/adopt.ts';
import { agentCommand } from './commands/agent.ts';
import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { deleteCommand } from './commands/delete.ts';
import { devCommand } from './commands/dev.ts';
import { getCommand } from './commands/get.ts';
import { meshCommand } from './commands/mesh.ts';
import { migrateCommand } from './commands/migrate.ts';
import { planCommand } from './commands/plan.ts';
import { policyCommand } from './commands/policy.ts';
import { controllerCommand, workerCommand } from './commands/programs.ts';
import { guardCrashes } from './crash.ts';
import { UsageError } from './usage.ts';

const program = new Command('lattice')
  .description('A governed runtime for AI agents, declared as code.')
  .showHelpAfterError('(see lattice help)')
  .addCommand(devCommand())
  .addCommand(applyCommand())
  .addCommand(planCommand())
  .addCommand(getCommand())
  .addCommand(deleteCommand())
  .addCommand(adoptCommand())
  .addCommand(agentCommand())
  .addCommand(accessCommand())
  .addCommand(auditCommand())
  .addCommand(policyCommand())
  .addCommand(meshCommand())
  .addCommand(migrateCommand())
  .addCommand(controllerCommand())
  .addCommand(workerCommand());

hideValues(program);
guardCrashes();
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

/** `--token=...` is not an option, and its value must not stand in the error that says so. */
function hideValues(command: Command): void {
  command.configureOutput({
    outputError: (text, write) => write(text.replace(/'(-[^'=]*)=[^']*'/g, "'$1=...'")),
  });
  for (const inner of command.commands) hideValues(inner);
}

function describe(error: unknown): string {
  if (error instanceof ApiError) return error.report();
  if (error instanceof LatticeError) return `${error.code}: ${error.message}`;
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
