import type { Json, JsonObject } from '../http/json.ts';
import { isJsonObject } from '../http/json.ts';
import type { UiMessage } from './message.ts';
import { createCsrfNode, createInput, toWireNode, type InputNode, type NodeGroup, type UiNode } from './node.ts';

/** The form of a flow: where it goes, its nodes and its messages. */
export class Form {
  action: string;
  method: 'POST' | 'GET' = 'POST';
  nodes: UiNode[] = [];
  messages: UiMessage[] = [];

  constructor(action: string) {
    this.action = action;
  }

  find(name: string): UiNode | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  append(...nodes: readonly UiNode[]): void {
    this.nodes.push(...nodes);
  }

  /** Replaces the first node of the same name, or appends. */
  upsert(node: UiNode): void {
    const index = this.nodes.findIndex((candidate) => candidate.name === node.name);
    if (index < 0) this.nodes.push(node);
    else this.nodes[index] = node;
  }

  setCsrf(token: string): void {
    this.upsert(createCsrfNode(token));
  }

  setValue(name: string, value: Json | undefined): void {
    const node = this.find(name);
    if (node?.kind === 'input') node.value = value;
  }

  /** Sets the values of all nodes below `prefix` from nested JSON; a value without a node gets one. */
  setValues(prefix: string, values: JsonObject, group: NodeGroup): void {
    for (const [name, value] of flatten(prefix, values)) {
      const node = this.find(name);
      if (node?.kind === 'input') node.value = value;
      else this.append(createInput(group, name, typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'checkbox' : 'text', { value }));
    }
  }

  /** Sets the values of existing nodes only. */
  updateValues(prefix: string, values: JsonObject): void {
    for (const [name, value] of flatten(prefix, values)) this.setValue(name, value);
  }

  remove(matches: (node: UiNode) => boolean): void {
    this.nodes = this.nodes.filter((node) => !matches(node));
  }

  resetMessages(): void {
    this.messages = [];
    for (const node of this.nodes) node.messages = [];
  }

  /** Adds a message to the node `name`, creating a bare one where there is none, or to the form itself. */
  addMessage(message: UiMessage, name?: string): void {
    if (name === undefined) {
      this.messages.push(message);
      return;
    }
    const node = this.find(name) ?? this.#createBareNode(name);
    node.messages = [...node.messages, message];
  }

  /** Sorts as Kratos does: by group, then by key within a group and across `default` and `password`; `method` last. */
  sort(groups: readonly NodeGroup[], keys: readonly string[]): void {
    this.nodes.sort((left, right) => groups.indexOf(left.group) - groups.indexOf(right.group));
    const position = (node: UiNode): number => {
      if (node.name === 'method') return keys.length + 1;
      const index = keys.findIndex((key) => node.name.startsWith(key));
      return index < 0 ? keys.length : index;
    };
    insertionSort(this.nodes, (left, right) => {
      if (!areComparable(left.group, right.group)) return false;
      const difference = position(left) - position(right);
      return difference === 0 ? toSortText(left) < toSortText(right) : difference < 0;
    });
  }

  /** A form of its own that looks the same. */
  clone(): Form {
    const copy = new Form(this.action);
    copy.method = this.method;
    copy.nodes = this.nodes.map((node) => ({ ...node }));
    copy.messages = [...this.messages];
    return copy;
  }

  toWire(): JsonObject {
    return {
      action: this.action,
      method: this.method,
      nodes: this.nodes.map(toWireNode),
      messages: this.messages.length > 0 ? this.messages.map((message) => ({ ...message })) : undefined,
    };
  }

  #createBareNode(name: string): InputNode {
    const node = createInput('default', name, 'text');
    this.nodes.push(node);
    return node;
  }
}

/** The leaves of nested JSON by dotted name. */
export function flatten(prefix: string, values: JsonObject): readonly (readonly [name: string, value: Json])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const name = `${prefix}.${key}`;
    if (value === undefined) return [];
    return isJsonObject(value) ? flatten(name, value) : [[name, value] as const];
  });
}

function areComparable(left: NodeGroup, right: NodeGroup): boolean {
  return left === right || (left === 'default' && right === 'password') || (left === 'password' && right === 'default');
}

function toSortText(node: UiNode): string {
  return node.kind === 'input' ? (typeof node.value === 'string' ? node.value : JSON.stringify(node.value ?? '<nil>')) : '';
}

/** The order is not total, so only the algorithm that Go uses for short slices gives its result. */
function insertionSort(nodes: UiNode[], isLess: (left: UiNode, right: UiNode) => boolean): void {
  for (let end = 1; end < nodes.length; end++) {
    for (let index = end; index > 0; index--) {
      const right = nodes[index];
      const left = nodes[index - 1];
      if (!left || !right || !isLess(right, left)) break;
      nodes[index] = left;
      nodes[index - 1] = right;
    }
  }
}
