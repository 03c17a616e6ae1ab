import { describe, expect, test } from '@jest/globals';
import { refuseDirectiveForm, refuseMessageForm } from './agent-form.ts';

/** What Temporal decodes from a payload has whatever type its sender chose. */
function fromWire<T>(json: string): T {
  return JSON.parse(json);
}

describe('what anybody may send is refused by the field that is wrong', () => {
  test.each([
    ['null', 'directive.generation'],
    ['"run"', 'directive.generation'],
    ['{"generation":1.5,"fence":1,"desiredState":"running"}', 'directive.generation'],
    ['{"generation":-1,"fence":1,"desiredState":"running"}', 'directive.generation'],
    ['{"generation":9007199254740992,"fence":1,"desiredState":"running"}', 'directive.generation'],
    ['{"generation":1,"fence":"1","desiredState":"running"}', 'directive.fence'],
    ['{"generation":1,"fence":1}', 'directive.desiredState'],
    ['{"generation":1,"fence":1,"desiredState":"Running"}', 'directive.desiredState'],
    ['{"generation":1,"fence":1,"desiredState":"toString"}', 'directive.desiredState'],
    ['{"generation":1,"fence":1,"desiredState":"running","hold":"running"}', 'directive.hold'],
    ['{"generation":1,"fence":1,"desiredState":"running","hold":null}', 'directive.hold'],
  ])('directive %s', (json, field) => {
    expect(refuseDirectiveForm(fromWire(json))).toMatchObject({
      type: 'Malformed',
      message: expect.stringContaining(field),
    });
  });

  test.each([
    ['null', 'message.id', 'null'],
    ['an empty id', 'message.id', '{"id":"","text":""}'],
    ['a long id', 'message.id', `{"id":"${'x'.repeat(129)}","text":""}`],
    ['no text', 'message.text', '{"id":"a"}'],
    ['a long text', 'message.text', `{"id":"a","text":"${'x'.repeat(65_537)}"}`],
  ])('message: %s', (_what, field, json) => {
    expect(refuseMessageForm(fromWire(json))).toMatchObject({
      type: 'Malformed',
      message: expect.stringContaining(field),
    });
  });

  test('and what is right passes', () => {
    expect(refuseDirectiveForm({ generation: 0, fence: 0, desiredState: 'stopped' })).toBeUndefined();
    expect(
      refuseDirectiveForm({ generation: 1, fence: 1, desiredState: 'running', hold: 'paused' }),
    ).toBeUndefined();
    expect(refuseMessageForm({ id: 'a', text: '' })).toBeUndefined();
  });
});
