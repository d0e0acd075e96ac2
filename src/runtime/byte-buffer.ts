/**
 * Bytes that arrive piece by piece, copied into one growing buffer: neither many small pieces nor a producer that reuses its memory can do
 * harm, and nobody else holds the result.
 *
 * @module
 */

/** What the second piece makes room for at the least. */
const MORE_BYTES = 4096;

/** A buffer that doubles, up to a limit of bytes. The first piece is often all there is, and has memory of its own size. */
export class ByteBuffer {
  readonly #limit: number;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a piece. Answers whether all of it fits: if not, nothing of it was added. */
  add(piece: Uint8Array): boolean {
    const end = this.#length + piece.length;
    // Written so that a limit of NaN lets nothing pass.
    if (!(end <= this.#limit)) return false;
    if (end > this.#buffer.length) {
      const room = this.#length === 0 ? end : Math.max(end, 2 * this.#buffer.length, MORE_BYTES);
      const larger = new Uint8Array(Math.min(this.#limit, room));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = end;
    return true;
  }

  /** All of it, in memory of its own size. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.length > this.#length ? this.#buffer.slice(0, this.#length) : this.#buffer;
  }
}
