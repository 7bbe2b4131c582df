/** Where a client writes one line for each answer and for each repetition; `console` is one. Lines never hold the key. */
export interface Logger {
  debug(message: string): void;
  warn(message: string): void;
}
