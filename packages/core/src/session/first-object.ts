/**
 * Finds the first JSON object of a text that comes in pieces, looking at each character once. What follows it counts for nothing, as for
 * Go's decoder.
 */
export class FirstObject {
  #text = '';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** @returns the text until the object's end, with the piece that completes it; it may still be no JSON */
  push(piece: string): string | undefined {
    for (let i = 0; i < piece.length; i++) {
      if (this.#isEnd(piece[i])) return this.#text + piece.slice(0, i + 1);
    }
    this.#text += piece;
    return undefined;
  }

  #isEnd(character: string | undefined): boolean {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '"') this.#isInString = !this.#isInString;
    else if (this.#isInString) this.#isEscaped = character === '\\';
    else if (character === '{') this.#depth++;
    else if (character === '}') return --this.#depth === 0;
    return false;
  }
}
