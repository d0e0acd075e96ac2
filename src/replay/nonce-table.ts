/**
 * Nonces that are forgotten together, and how many of them are whose.
 *
 * @module
 */

import { FingerprintTable } from './fingerprint-table.ts';
import { FrequentScopes } from './frequent-scopes.ts';

/** A set of fingerprints that counts by tenant, exactly, and by scope, roughly and when told to. */
export class NonceTable {
  readonly #prints = new FingerprintTable();
  readonly #tenants = new Map<string, number>();
  readonly #scopes = new FrequentScopes();

  /** How many there are. */
  get size(): number {
    return this.#prints.size;
  }

  has(print: Int32Array): boolean {
    return this.#prints.size > 0 && this.#prints.has(print);
  }

  /** How many a tenant has. */
  countOf(tenant: string): number {
    return this.#tenants.get(tenant) ?? 0;
  }

  /** How many a scope has at least, of those counted. */
  leastOf(scope: string): number {
    return this.#scopes.leastOf(scope);
  }

  /** Adds a nonce that is not there. If memory runs out it throws and counts nothing. */
  add(print: Int32Array, tenant: string): void {
    this.#prints.add(print);
    this.#tenants.set(tenant, this.countOf(tenant) + 1);
  }

  /** Counts a nonce that was added to its scope. */
  countScope(scope: string): void {
    this.#scopes.add(scope);
  }
}
