// The objects that a list asks for, by org and labels: what `terraform query` and the plural data sources have in common.

import type { ApiObject } from '../../crds/api.ts';
import type { ResourceDefinition } from '../../crds/terraform.ts';
import type { Controller } from '../http/controller.ts';
import { entryOf, type ValueMap } from '../sdk/cty/value.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';

/** In the order of their names; all of them where no limit is given. Throws as the controller's list does. */
export async function objectsAsked(
  controller: Controller,
  session: Session,
  definition: ResourceDefinition,
  config: ValueMap,
  limit?: number,
): Promise<ApiObject[]> {
  const org = entryOf(config, 'org');
  const selector = entryOf(config, 'label_selector');
  return await controller.list(
    session.begin(READ_TIMEOUT_MS),
    { definition, org: typeof org === 'string' ? org : undefined },
    typeof selector === 'string' ? selector : '',
    limit,
  );
}
