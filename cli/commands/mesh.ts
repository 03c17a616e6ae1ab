// `lattice mesh config | sync ORG/PEER`: the WireGuard config of a peer, printed, or kept on its host.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { meshPeer } from '../../crds/mesh-peer.ts';
import { clientOf, withClientOptions } from '../client.ts';
import { configPath, syncPeer } from '../mesh/sync.ts';
import { parseName } from '../names.ts';
import { untilSignal } from '../signals.ts';

export function meshCommand(): Command {
  return new Command('mesh')
    .description('WireGuard configs of mesh peers.')
    .addCommand(configCommand())
    .addCommand(syncCommand());
}

function configCommand(): Command {
  return withClientOptions(
    new Command('config')
      .description('Print the config of a peer, without its private key.')
      .argument('<peer>', 'ORG/PEER'),
  ).action(async (peer: string, options: unknown) => {
    const client = await clientOf(options);
    process.stdout.write(await client.read(configPath(parseName(meshPeer.singular, peer))));
  });
}

const syncFlags = z.object({
  file: z.string(),
  keyFile: z.string().optional(),
  device: z.string().optional(),
  interval: z.coerce.number().min(0.1).optional(),
});

function syncCommand(): Command {
  return withClientOptions(
    new Command('sync')
      .description(
        'Keep the config of a peer on its host; enrols the host when the peer has no public key yet.',
      )
      .argument('<peer>', 'ORG/PEER')
      .requiredOption('--file <path>', 'the config to keep')
      .option(
        '--key-file <path>',
        "the host's own part: its private key, and lines of [Interface] that are its own; FILE.own when left out",
      )
      .option('--device <name>', 'a running WireGuard device to keep too, by its control socket')
      .option('--interval <seconds>', 'look again at this interval until told to stop; once when left out'),
  ).action(async (peer: string, options: unknown) => {
    const { file, keyFile, device, interval } = syncFlags.parse(options);
    const client = await clientOf(options);
    const stop = new AbortController();
    if (interval !== undefined) void untilSignal().then(() => stop.abort());
    const config = resolve(file);
    await syncPeer(client, parseName(meshPeer.singular, peer), {
      files: { config, own: keyFile === undefined ? `${config}.own` : resolve(keyFile) },
      device,
      intervalMs: interval === undefined ? undefined : interval * 1000,
      signal: stop.signal,
      tell: (line) => process.stderr.write(`${line}\n`),
    });
  });
}
