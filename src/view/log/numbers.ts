/** Numbers from 0 to 2^32 - 1 by an index; 0 where none was set. */
export class Numbers {
  #values = new Uint32Array(1024)

  get(index: number): number {
    return this.#values[index] ?? 0
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const larger = new Uint32Array(Math.max(index + 1, this.#values.length * 2))
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[index] = value
  }
}
