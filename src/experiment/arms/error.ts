/** Two commits cannot be compared as asked: bad input. The message ends with the remedy. */
export class ArmsError extends Error {
  override readonly name = 'ArmsError'
}
