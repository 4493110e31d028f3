import { describe, expect, it } from 'vitest';
import { Form } from '../../src/flows/form.ts';
import { labels, mistakes } from '../../src/flows/message.ts';
import { createInput, createSubmit } from '../../src/flows/node.ts';

describe('Form', () => {
  it('sorts a registration as clients see it', () => {
    const form = new Form('/');
    form.append(
      createInput('password', 'password', 'password'),
      createSubmit('password', 'password', labels.signUp),
      createInput('default', 'traits.name.first', 'text'),
      createInput('default', 'traits.email', 'email'),
    );
    form.setCsrf('');
    form.sort(['default', 'password'], ['csrf_token', 'traits.email', 'password', 'traits.name.first']);
    expect(form.nodes.map(({ name }) => name)).toEqual(['csrf_token', 'traits.email', 'password', 'traits.name.first', 'method']);
  });

  it('gives a message for an unknown node a bare node', () => {
    const form = new Form('/');
    form.addMessage(mistakes.samePassword, 'traits');
    form.addMessage(mistakes.invalidCredentials);
    expect(form.toWire()).toEqual({
      action: '/',
      method: 'POST',
      nodes: [
        { type: 'input', group: 'default', attributes: { name: 'traits', type: 'text', disabled: false, node_type: 'input' }, messages: [mistakes.samePassword], meta: {} },
      ],
      messages: [mistakes.invalidCredentials],
    });
  });

  it('clones into a form of its own', () => {
    const form = new Form('/');
    form.append(createInput('default', 'identifier', 'text'));
    const copy = form.clone();
    copy.setValue('identifier', 'changed');
    copy.addMessage(mistakes.invalidCredentials, 'identifier');
    expect(form.find('identifier')).toEqual(createInput('default', 'identifier', 'text'));
  });
});
