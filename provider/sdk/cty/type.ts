// The types of Terraform's values, and their JSON form, e.g. `["list","string"]`.
// Promise: typeFromJson(typeToJson(type)) is the type. Never: a type that core does not know.

export type Type =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | { readonly kind: 'list' | 'set'; readonly element: Type }
  | { readonly kind: 'map'; readonly element: Type }
  | { readonly kind: 'tuple'; readonly elements: readonly Type[] }
  | { readonly kind: 'object'; readonly attributes: Readonly<Record<string, Type>> };

export function listOf(element: Type): Type {
  return { kind: 'list', element };
}

export function setOf(element: Type): Type {
  return { kind: 'set', element };
}

export function mapOf(element: Type): Type {
  return { kind: 'map', element };
}

export function objectOf(attributes: Readonly<Record<string, Type>>): Type {
  return { kind: 'object', attributes };
}

export function typeToJson(type: Type): unknown {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return [type.kind, typeToJson(type.element)];
    case 'tuple':
      return ['tuple', type.elements.map(typeToJson)];
    case 'object':
      return [
        'object',
        Object.fromEntries(Object.entries(type.attributes).map(([name, inner]) => [name, typeToJson(inner)])),
      ];
  }
}

export function typeFromJson(json: unknown): Type {
  if (json === 'string' || json === 'number' || json === 'bool' || json === 'dynamic') return json;
  if (Array.isArray(json)) {
    const [kind, inner]: unknown[] = json;
    if (kind === 'list' || kind === 'set' || kind === 'map') return { kind, element: typeFromJson(inner) };
    if (kind === 'tuple' && Array.isArray(inner)) return { kind, elements: inner.map(typeFromJson) };
    if (kind === 'object' && typeof inner === 'object' && inner !== null)
      return objectOf(
        Object.fromEntries(Object.entries(inner).map(([name, type]) => [name, typeFromJson(type)])),
      );
  }
  throw new TypeError(`not a type: ${JSON.stringify(json)}`);
}
