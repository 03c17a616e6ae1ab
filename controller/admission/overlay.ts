// The world with a plan laid over it: what the plan creates or changes is seen, what it deletes is not.

import { kindNamed } from '../../crds/kinds.ts';
import { referencesOf } from '../../crds/references.ts';
import type { ObjectKey } from '../../store/objects.ts';
import { keyText, type SeenObject, type World } from './world.ts';

export interface Overlay extends World {
  put(object: SeenObject): void;
  remove(key: ObjectKey): void;
}

export function overlayOn(base: World): Overlay {
  const planned = new Map<string, SeenObject | undefined>();
  return {
    put: (object) => planned.set(keyText(object), object),
    remove: (key) => planned.set(keyText(key), undefined),
    find: async (key) => (planned.has(keyText(key)) ? planned.get(keyText(key)) : await base.find(key)),
    claim: async (key) => (planned.has(keyText(key)) ? planned.get(keyText(key)) : await base.claim(key)),
    dependents: async (key) => {
      const stored = (await base.dependents(key)).filter((object) => !planned.has(keyText(object)));
      const added = [...planned.values()].filter((object) => object !== undefined && dependsOn(object, key));
      return [...stored, ...added.filter((object) => object !== undefined)];
    },
    list: async (kind, org) => {
      const stored = (await base.list(kind, org)).filter((object) => !planned.has(keyText(object)));
      const added = [...planned.values()].filter((object) => object?.kind === kind && object.org === org);
      return [...stored, ...added.filter((object) => object !== undefined)];
    },
  };
}

function dependsOn(object: SeenObject, key: ObjectKey): boolean {
  if (key.kind === 'Org') return object.kind !== 'Org' && object.org === key.name;
  const kind = kindNamed(object.kind);
  return (
    kind !== undefined &&
    object.org === key.org &&
    referencesOf(kind, object.spec).some(
      (reference) => reference.kind === key.kind && reference.name === key.name,
    )
  );
}
