/** Characters that turn the direction of the text around them: marks, embeddings, overrides and isolates. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text of a run folder as the page shows it: without the invisible characters by which a name could pass for another one, or turn around
 * what stands beside it. Letters that are written from right to left stay.
 */
export function plainText(text: string): string {
  return text.replaceAll(DIRECTION, '');
}

/** The title of a run: its name, or its id where it has none. */
export function runTitle({ name, id }: { readonly name: string; readonly id: string }): string {
  return plainText(name).trim() || id;
}
