// What the paths of the OpenAPI document are put together from.

export type Node = Record<string, unknown>;

export const ref = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
export const jsonBody = (schema: Node): Node => ({ content: { 'application/json': { schema } } });
export const answer = (description: string, schema: Node): Node => ({ description, ...jsonBody(schema) });

export const problems = {
  default: {
    description: 'A problem; `code` is stable, `findings` name the fields.',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  },
};

export const parameter = (
  where: 'path' | 'query' | 'header',
  name: string,
  description: string,
  schema: Node,
): Node => ({
  in: where,
  name,
  description,
  required: where === 'path',
  schema,
});

export const text: Node = { type: 'string' };
