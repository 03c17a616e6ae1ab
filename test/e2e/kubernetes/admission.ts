// The shipped webhook configuration, as it calls controllers on this machine.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const SHIPPED = join(import.meta.dirname, '../../../deploy/kustomize/admission.yaml');

const configuration = z.looseObject({
  webhooks: z.array(z.looseObject({ name: z.string(), clientConfig: z.unknown() })),
});

/** Every webhook is called at every port. */
export async function webhookConfiguration(ports: readonly number[]): Promise<object> {
  const shipped = configuration.parse(parse(await readFile(SHIPPED, 'utf8')));
  const webhooks = ports.flatMap((port, index) =>
    shipped.webhooks.map((webhook) => ({
      ...webhook,
      name: index === 0 ? webhook.name : `${webhook.name.split('.')[0]}-${index}.lattice.dev`,
      clientConfig: { url: `https://127.0.0.1:${port}/kubernetes/admission` },
    })),
  );
  return { ...shipped, webhooks };
}
