import type { Json, JsonObject } from '../http/json.ts';
import type { UiMessage } from './message.ts';

/** The group of a node. */
export type NodeGroup = 'default' | 'profile' | 'password' | 'identifier_first' | 'code' | 'totp';

/** An `<input>`. */
export interface InputNode extends NodeBase {
  readonly kind: 'input';
  readonly name: string;
  inputType: string;
  value?: Json | undefined;
  readonly required?: boolean | undefined;
  readonly autocomplete?: string | undefined;
  readonly pattern?: string | undefined;
  readonly maxLength?: number | undefined;
}

/** A text, such as the secret of an authenticator app. */
export interface TextNode extends NodeBase {
  readonly kind: 'text';
  readonly name: string;
  readonly text: UiMessage;
}

/** An image, such as a QR code. */
export interface ImageNode extends NodeBase {
  readonly kind: 'img';
  readonly name: string;
  readonly src: string;
  readonly size: number;
}

/** A link. */
export interface AnchorNode extends NodeBase {
  readonly kind: 'a';
  readonly name: string;
  readonly href: string;
  readonly title: UiMessage;
}

/** One element of a flow's form; `name` is what Kratos calls its id. */
export type UiNode = InputNode | TextNode | ImageNode | AnchorNode;

interface NodeBase {
  readonly group: NodeGroup;
  readonly label?: UiMessage | undefined;
  messages: readonly UiMessage[];
}

type InputOptions = Partial<Pick<InputNode, 'value' | 'required' | 'autocomplete' | 'pattern' | 'maxLength' | 'label'>>;

export function createInput(group: NodeGroup, name: string, inputType: string, options: InputOptions = {}): InputNode {
  return { kind: 'input', group, name, inputType, ...options, messages: [] };
}

/** A submit button that chooses the method. */
export function createSubmit(group: NodeGroup, method: string, label: UiMessage): InputNode {
  return createInput(group, 'method', 'submit', { value: method, label });
}

export function createCsrfNode(token: string): InputNode {
  return createInput('default', 'csrf_token', 'hidden', { value: token, required: true });
}

/** A node as Kratos writes it. */
export function toWireNode(node: UiNode): JsonObject {
  return {
    type: node.kind,
    group: node.group,
    attributes: toAttributes(node),
    messages: node.messages.map((message) => ({ ...message })),
    meta: node.label ? { label: { ...node.label } } : {},
  };
}

function toAttributes(node: UiNode): JsonObject {
  switch (node.kind) {
    case 'input':
      return {
        name: node.name,
        type: node.inputType,
        value: node.value ?? undefined,
        required: node.required || undefined,
        autocomplete: node.autocomplete,
        pattern: node.pattern,
        disabled: false,
        maxlength: node.maxLength,
        node_type: 'input',
      };
    case 'text':
      return { text: { ...node.text }, id: node.name, node_type: 'text' };
    case 'img':
      return { src: node.src, id: node.name, width: node.size, height: node.size, node_type: 'img' };
    case 'a':
      return { href: node.href, title: { ...node.title }, id: node.name, node_type: 'a' };
  }
}
