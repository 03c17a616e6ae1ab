// `lattice dev`: starts everything on this machine and stays until it is told to stop.

import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { ENVIRONMENT_FILE } from '../dev/state.ts';
import { untilSignal } from '../signals.ts';

const flags = z.object({
  state: z.string(),
  reset: z.boolean().optional(),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  sweepIntervalMs: z.coerce.number().int().min(100).optional(),
  kubeconfig: z.array(z.string()).optional(),
});

export function devCommand(): Command {
  return new Command('dev')
    .description('Run everything on this machine: Postgres, Temporal, controller and worker.')
    .option('--state <folder>', 'folder for data, logs and the token', '.lattice')
    .option('--reset', 'throw away what the folder holds')
    .option('--port <number>', 'port of the HTTP API; a free one when left out')
    .option('--sweep-interval-ms <number>', 'time between two sweeps for drift')
    .option(
      '--kubeconfig <file...>',
      'clusters whose custom resources are followed; theirs must be installed, see crds/generated',
    )
    .action(async (options: unknown) => {
      const { state, reset, port, sweepIntervalMs, kubeconfig } = flags.parse(options);
      const { startDev } = await import('../dev/environment.ts');
      const environment = await startDev({
        folder: state,
        onProgress: (line) => process.stderr.write(`${line}\n`),
        ...(reset !== undefined && { reset }),
        ...(port !== undefined && { port }),
        ...(sweepIntervalMs !== undefined && { sweepIntervalMs }),
        ...(kubeconfig !== undefined && { kubeconfigs: kubeconfig }),
      });
      process.stdout.write(`${environment.address}\n`);
      process.stderr.write(
        `ready. In another terminal: source ${join(state, ENVIRONMENT_FILE)}\nCtrl-C stops everything.\n`,
      );
      const ended = await Promise.race([untilSignal(), environment.failed]);
      process.stderr.write(ended instanceof Error ? `${ended.message}\nstopping\n` : 'stopping\n');
      await environment.stop();
      process.exitCode = ended instanceof Error ? 1 : 0;
    });
}
