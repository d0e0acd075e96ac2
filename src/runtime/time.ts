/** The system's time in whole seconds since the epoch. */
export function systemTime(): number {
  return Math.floor(Date.now() / 1000);
}
