/** A body that grows block by block, in one buffer: many small blocks cost no more than their bytes. */
export class Body {
  #buffer = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(block: Uint8Array): void {
    const length = this.#length + block.length;
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(block, this.#length);
    this.#length = length;
  }

  /** A view: valid until the next `append`. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(atLeast, 2 * this.#buffer.length));
    grown.set(this.bytes());
    this.#buffer = grown;
  }
}
