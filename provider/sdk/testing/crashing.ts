// A provider program that crashes while it creates something, outside of any call: what a mistake in a callback does.

import { serve } from '../serve.ts';
import { createCorner } from './corner.ts';

await serve(
  async () => {
    const corner = createCorner();
    const thing = corner.resources.get('corner_thing');
    if (thing === undefined) throw new TypeError('the provider of corners has no thing');
    const create = async () =>
      await new Promise<never>(() => {
        setImmediate(() => {
          throw new Error('an edge gave way');
        });
      });
    return { ...corner, resources: new Map([['corner_thing', { ...thing, create }]]) };
  },
  { address: 'example.dev/test/corner' },
);
