import { type Awaitable, isThenable } from '../internal/awaitable.ts';

/**
 * Waits for a value, a number of seconds at the most; `onLate` is called before the rejection. A value that is there
 * already comes back as it is, without a timer.
 */
export function withDeadline<T>(value: Awaitable<T>, seconds: number, onLate?: () => void): Awaitable<T> {
  if (!isThenable(value) || typeof setTimeout === 'undefined') return value;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate?.();
      reject(new Error(`no answer within ${seconds} s`));
    }, seconds * 1000);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      finish();
    };
    value.then(
      (result) => settle(() => resolve(result)),
      (cause: unknown) => settle(() => reject(cause)),
    );
  });
}
