// What the cache believes of events in any order.

import { beforeEach, expect, test } from '@jest/globals';
import type { Kind } from '../../../crds/kind.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import { type CustomResource, resourceSchema } from '../api/resource.ts';
import { type ResourceCache, resourceCache } from './cache.ts';
import type { Follower } from './list-watch.ts';

const found = kindNamed('Budget');
if (found === undefined) throw new Error('there is no kind Budget');
const budget: Kind = found;

let touched: string[];
let cache: ResourceCache;
let follower: Follower;

beforeEach(() => {
  touched = [];
  cache = resourceCache((key) => touched.push(key));
  follower = cache.follower(budget, () => {});
});

const resource = (name: string, uid: string, version: number, generation = 1): CustomResource =>
  resourceSchema.parse({
    metadata: { name, namespace: 'team', uid, resourceVersion: String(version), generation },
  });
const generationOf = (name: string) => cache.get(`Budget/team/${name}`)?.resource.metadata.generation;

test('an event that repeats touches nothing', () => {
  follower.changed(resource('a', 'u1', 1));
  follower.changed(resource('a', 'u1', 1));
  expect(touched).toEqual(['Budget/team/a']);
});

test('an older generation that comes late is ignored', () => {
  follower.changed(resource('a', 'u1', 9, 2));
  follower.changed(resource('a', 'u1', 5, 1));
  expect(generationOf('a')).toBe(2);
});

test('another resource of the same name is believed, whatever its generation', () => {
  follower.changed(resource('a', 'u1', 9, 7));
  follower.changed(resource('a', 'u2', 10, 1));
  expect(generationOf('a')).toBe(1);
  expect(cache.byUid('u1')).toBeUndefined();
  expect(cache.byUid('u2')?.key).toBe('Budget/team/a');
});

test('the deletion of the one before does not take the one after away', () => {
  follower.changed(resource('a', 'u2', 10));
  follower.removed(resource('a', 'u1', 9));
  expect(generationOf('a')).toBe(1);
});

test('a list takes away what it does not hold, only of its kind, and touches all of it', () => {
  const other = kindNamed('Agent');
  if (other === undefined) throw new Error('there is no kind Agent');
  cache.put(other, resource('a', 'u3', 1));
  follower.changed(resource('a', 'u1', 1));
  follower.changed(resource('b', 'u2', 2));
  touched = [];
  follower.replaced([resource('b', 'u2', 2)]);
  expect(touched).toEqual(['Budget/team/a', 'Budget/team/b']);
  expect([...cache.keys()].sort()).toEqual(['Agent/team/a', 'Budget/team/b']);
});

test('a list is believed even where it goes back: the server was restored', () => {
  follower.changed(resource('a', 'u1', 9, 5));
  follower.replaced([resource('a', 'u1', 3, 2)]);
  expect(generationOf('a')).toBe(2);
});
