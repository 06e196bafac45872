import type { RunRow } from '@fdr/records';
import { parse, type ExpressionToken, type ParserAst, type TagToken } from 'liqe';
import { fieldOf } from './fields.js';

/** A longer one is refused: it is parsed in the process that trains. */
const MAX_LENGTH = 500;

type Test = (row: RunRow) => boolean;
type ComparisonOperator = TagToken['operator']['operator'];

/**
 * What a filter lets through. Its language is Lucene's, without regular expressions: words that a run's id, name, note, tags or
 * settings have, `field:value` and `field:wild*`, `field:>number`, `field:[from TO to]`, joined with AND, OR, NOT and brackets.
 * Archived runs are let through only where the filter speaks of `archived`.
 *
 * @throws RangeError, in one line, if the text is not such a filter
 */
export function parseFilter(text: string): Test {
  const test = testOf(parsed(text));
  return /\barchived:/i.test(text) ? test : (row) => !row.archived && test(row);
}

function parsed(text: string): ParserAst {
  if (text.length > MAX_LENGTH)
    throw new RangeError(`a filter has at most ${MAX_LENGTH} characters, not ${text.length}`);
  try {
    return parse(text);
  } catch (error) {
    const column = /column (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const place = column === undefined ? 'at its end' : `at character ${column}`;
    throw new RangeError(
      `the filter is not complete or has a mistake ${place}; write words, field:value, field:>number, joined with AND, OR, NOT`,
      { cause: error },
    );
  }
}

function testOf(tree: ParserAst): Test {
  switch (tree.type) {
    case 'EmptyExpression':
      return () => true;
    case 'ParenthesizedExpression':
      return testOf(tree.expression);
    case 'UnaryOperator': {
      const operand = testOf(tree.operand);
      return (row) => !operand(row);
    }
    case 'LogicalExpression': {
      const left = testOf(tree.left);
      const right = testOf(tree.right);
      return tree.operator.operator === 'OR' ? (row) => left(row) || right(row) : (row) => left(row) && right(row);
    }
    case 'Tag':
      return tree.field.type === 'ImplicitField' ? anywhere(tree.expression) : fieldTest(tree.field.name, tree);
  }
}

/** A word without a field. */
function anywhere(expression: ExpressionToken): Test {
  const fits = textTest(literal(expression), 'part');
  return ({ id, name, note, tags, model, dataset, optimizer, schedule, status }) =>
    [id, name, note, ...tags, model, dataset, optimizer, schedule, status].some(fits);
}

function fieldTest(name: string, { operator: { operator }, expression }: TagToken): Test {
  const field = fieldOf(name);
  if (field.kind === 'number') {
    const fits = numberTest(name, operator, expression);
    return (row) => fits(field.value(row) ?? NaN);
  }
  const text = literal(expression);
  if (name.toLowerCase() === 'created' && operator !== ':' && operator !== ':=') {
    const fits = comparison(operator);
    return (row) => fits(row.createdAt, text);
  }
  if (operator !== ':' && operator !== ':=')
    throw new RangeError(`${name} is a text: write ${name}:value, not ${name}${operator}`);
  const fits = textTest(text, field.kind === 'word' || operator === ':=' ? 'whole' : 'part');
  return (row) => [field.value(row)].flat().some(fits);
}

function literal(expression: ExpressionToken): string {
  if (expression.type === 'LiteralExpression') return String(expression.value);
  if (expression.type === 'EmptyExpression') throw new RangeError('a field must have a value, as in status:finished');
  throw new RangeError('a text is found by a word, as in name:mine, neither by a range nor by a regular expression');
}

/** Without regard to case; `*` stands for any text. In linear time, which a regular expression made of it would not be. */
function textTest(wanted: string, extent: 'whole' | 'part'): (text: string) => boolean {
  const parts = wanted.toLowerCase().split('*');
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1)
    return (text) => (extent === 'whole' ? text.toLowerCase() === first : text.toLowerCase().includes(first));
  return (text) => {
    const lower = text.toLowerCase();
    let end = first.length;
    for (const part of parts.slice(1, -1)) {
      const start = lower.indexOf(part, end);
      if (start === -1) return false;
      end = start + part.length;
    }
    return lower.startsWith(first) && lower.endsWith(last) && end <= lower.length - last.length;
  };
}

function numberTest(
  name: string,
  operator: ComparisonOperator,
  expression: ExpressionToken,
): (value: number) => boolean {
  if (expression.type === 'RangeExpression') {
    const { min, max, minInclusive, maxInclusive } = expression.range;
    return (value) => (minInclusive ? value >= min : value > min) && (maxInclusive ? value <= max : value < max);
  }
  const text = literal(expression);
  const wanted = Number(text);
  if (Number.isNaN(wanted)) throw new RangeError(`${name} is a number, not "${text}"`);
  const fits = comparison(operator);
  return (value) => fits(value, wanted);
}

function comparison(
  operator: ComparisonOperator,
): <Value extends number | string>(left: Value, right: Value) => boolean {
  switch (operator) {
    case ':<':
      return (left, right) => left < right;
    case ':<=':
      return (left, right) => left <= right;
    case ':>':
      return (left, right) => left > right;
    case ':>=':
      return (left, right) => left >= right;
    case ':':
    case ':=':
      return (left, right) => left === right;
  }
}
