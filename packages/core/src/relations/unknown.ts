/** What takes the place of a quantity that a run does not tell. */
export interface Unknown {
  /** Why, and what to do where something can be done: the end of a sentence that begins with "not known: ". */
  readonly unknown: string;
}
