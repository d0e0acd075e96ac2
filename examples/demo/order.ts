/**
 * What may be ordered. That a request is signed says who sent it, not that it makes sense.
 */
import type { StandardSchema } from 'countersign';

/** An order of gold coins. */
export interface Order {
  readonly amount: number;
}

/** As a Standard Schema, which zod, valibot, arktype and others make for you. */
export const orderSchema: StandardSchema<Order> = {
  '~standard': {
    validate: (value) => (isOrder(value) ? { value } : { issues: [{ message: 'the amount is a whole number from 1 to 1000000' }] }),
  },
};

function isOrder(value: unknown): value is Order {
  const amount: unknown = typeof value === 'object' && value !== null && 'amount' in value ? value.amount : undefined;
  return Number.isInteger(amount) && Number(amount) >= 1 && Number(amount) <= 1_000_000;
}
