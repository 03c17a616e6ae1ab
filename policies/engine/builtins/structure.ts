// Builtins over composites: object.subset, graph.reachable_paths.
// Promise: equality is Rego's (1 equals 1.0). Never: a cycle followed twice on one path.
import { equal, isArray, RegoObject, RegoSet, type Value } from '../values.ts';
import { boundItems } from './bounds.ts';
import { type Builtin, fail, members, object } from './operands.ts';

export const structureBuiltins: Readonly<Record<string, Builtin>> = {
  'object.subset': ([outer, inner]) =>
    (outer !== undefined && inner !== undefined ? subset(outer, inner) : undefined) ??
    fail('both operands must be of one type, or an array and a set'),
  'graph.reachable_paths': (operands) => {
    const graph = object(operands, 0);
    const paths: Value[][] = [];
    for (const node of members(operands[1], 1)) {
      const edges = graph.get(node);
      if (edges === undefined) continue;
      const neighbours = nodes(edges);
      if (neighbours.length === 0) paths.push([node]);
      for (const neighbour of neighbours) follow(graph, neighbour, [node], paths);
    }
    return new RegoSet(paths);
  },
};

/** Undefined where the two cannot be compared. */
function subset(outer: Value, inner: Value): boolean | undefined {
  if (outer instanceof RegoObject && inner instanceof RegoObject)
    return inner.entries.every(([key, value]) => {
      const found = outer.get(key);
      return (
        found !== undefined && (equal(found, value) || (sameComposite(found, value) && subset(found, value)))
      );
    });
  if (outer instanceof RegoSet && inner instanceof RegoSet)
    return inner.items.every((item) => outer.has(item));
  if (isArray(outer) && isArray(inner)) return isSubsequence(outer, inner);
  if (isArray(outer) && inner instanceof RegoSet) return coversSet(outer, inner);
  return undefined;
}

function sameComposite(a: Value, b: Value): boolean {
  return (
    (a instanceof RegoObject && b instanceof RegoObject) ||
    (a instanceof RegoSet && b instanceof RegoSet) ||
    (isArray(a) && isArray(b))
  );
}

/** In a row, somewhere. After a partial match the search goes on where that began, plus one. */
function isSubsequence(outer: readonly Value[], inner: readonly Value[]): boolean {
  for (let start = 0; start + inner.length <= outer.length; start++)
    if (inner.every((item, offset) => equal(item, outer[start + offset] ?? null))) return true;
  return false;
}

/** As natively: repeated elements of the array count again, and an empty set is covered by a non-empty array only. */
function coversSet(outer: readonly Value[], inner: RegoSet): boolean {
  let missing = inner.items.length;
  return outer.some((item) => {
    if (inner.has(item)) missing--;
    return missing === 0;
  });
}

function follow(graph: RegoObject, node: Value, path: readonly Value[], paths: Value[][]): void {
  const edges = graph.get(node);
  if (edges === undefined) {
    boundItems(paths.push([...path]));
    return;
  }
  const longer = [...path, node];
  const neighbours = nodes(edges);
  if (neighbours.length === 0) boundItems(paths.push(longer));
  for (const neighbour of neighbours) {
    if (longer.some((seen) => equal(seen, neighbour))) boundItems(paths.push(longer));
    else follow(graph, neighbour, longer, paths);
  }
}

function nodes(edges: Value): readonly Value[] {
  if (edges instanceof RegoSet) return edges.items;
  return isArray(edges) ? edges : [];
}
