// `lattice controller` and `lattice worker`: the long-running programs, configured as docs/reference/configuration.md says.

import { Command } from 'commander';
import { z } from 'zod';
import { type Config, configOptions } from '../../config/definition.ts';
import { loadConfig } from '../../config/load.ts';
import { createLog, type Log } from '../../config/log.ts';
import { untilSignal } from '../signals.ts';

interface Program {
  stop(): Promise<void>;
}

export function controllerCommand(): Command {
  return programCommand(
    'controller',
    'Run the controller: API, admission, reconcile engine, sealer, sweeps.',
    async (config, log) => {
      const { startController } = await import('../../controller/main.ts');
      const controller = await startController(config, log);
      process.stdout.write(`${controller.address}\n`);
      return controller;
    },
  );
}

export function workerCommand(): Command {
  return programCommand('worker', 'Run a worker: executes the agents of every org.', async (config, log) => {
    const { startWorkerProgram } = await import('../../runtime/main.ts');
    return await startWorkerProgram(config, log);
  });
}

function programCommand(
  name: string,
  description: string,
  start: (config: Config, log: Log) => Promise<Program>,
): Command {
  const command = new Command(name)
    .description(description)
    .option('--config <file>', 'YAML file of settings');
  for (const option of configOptions)
    command.option(`${option.flag} <value>`, `${option.description} (${option.variable})`);
  return command.action(async (options: unknown) => {
    const flags = z.record(z.string(), z.unknown()).parse(options);
    const config = await loadConfig({
      flags,
      environment: process.env,
      file: z.string().optional().parse(flags.config),
    });
    const log = createLog(name, config.logLevel);
    const program = await start(config, log);
    await untilSignal();
    await program.stop();
  });
}
