import type { OnnxNode } from './onnx.js';
import { sameShape } from './shape.js';

/** An attribute of a node that is a list of whole numbers; undefined if the node has none of that name. */
export function integersAttribute(node: OnnxNode, name: string): readonly number[] | undefined {
  const value = node.attributes[name];
  return typeof value === 'object' && 'length' in value ? value : undefined;
}

/** Whether an attribute of a node is this list of whole numbers. */
export function hasIntegers(node: OnnxNode, name: string, expected: readonly number[]): boolean {
  const value = integersAttribute(node, name);
  return value !== undefined && sameShape(value, expected);
}
