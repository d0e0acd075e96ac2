/**
 * Nonces in a database: recording them, and telling why one is not recorded.
 *
 * @module
 */

import { checkRequest, checkRequests } from '../replay/check-request.ts';
import { Epoch } from '../replay/epoch.ts';
import type { ConsumeRequest, Consumption } from '../replay/store.ts';
import { systemSleep } from '../runtime/abort.ts';
import type { Database, SqlStatement, SqlValue } from './database.ts';
import { isLate, type Looked, type Row, readLook, rowOf } from './nonce-row.ts';
import { createStatements, type NonceStatements } from './nonce-statements.ts';
import { asBusy, storeBusy } from './store-busy.ts';

/** The options of the store, with their defaults. */
export interface NonceSettings {
  readonly prefix: string;
  /** Seconds. */
  readonly lockTimeout: number;
  readonly earlierFutureSkew: number;
  /** Where an epoch is begun so that no transaction takes it back. */
  readonly outside: Database | undefined;
  /** Whether the first epoch begins without a cold start. */
  readonly warm: boolean;
  /** Whether the epoch is in the database; otherwise it is this process's. */
  readonly stored: boolean;
  readonly insecurelyAssumeNoFailover: boolean;
}

/** The answer to one attempt; `busy` while a copy is in flight. */
type Attempt = Consumption | 'busy';

/** A refusal on its way out of a transaction, which is rolled back by it. */
class NotAll extends Error {
  readonly answer: Attempt;

  constructor(answer: Attempt) {
    super(answer);
    this.answer = answer;
  }
}

/** The epochs of this process: one for each database that was opened, and each set of tables in it. */
const epochs: WeakMap<object, Map<string, Epoch>> = /* @__PURE__ */ new WeakMap();

/** The beginning of what this process knows of a database that says nothing of itself. */
function epochOf(database: Database, { prefix, earlierFutureSkew, warm }: NonceSettings): Epoch {
  const opened = database.opened ?? database;
  const ours = epochs.get(opened) ?? new Map<string, Epoch>();
  epochs.set(opened, ours);
  const epoch = ours.get(prefix) ?? new Epoch({ earlierFutureSkew, insecurelyAssumeNoEarlierMessages: warm });
  ours.set(prefix, epoch);
  return epoch;
}

/** Nonces in the tables of one prefix. */
export class Nonces {
  readonly statements: NonceStatements;
  readonly #database: Database;
  readonly #settings: NonceSettings;
  /** An epoch that is being begun outside of the transaction. */
  #beginning: Promise<unknown> | undefined;
  /** The latest time that any verifier passed. */
  #latest = 0;

  constructor(database: Database, settings: NonceSettings) {
    const { prefix, stored, insecurelyAssumeNoFailover } = settings;
    this.#database = database;
    this.#settings = settings;
    this.statements = createStatements(database.dialect, prefix, { stored, insecurelyAssumeNoFailover });
  }

  /**
   * Records a nonce.
   *
   * @throws {TypeError | RangeError} For what no store can hold; nothing has changed then.
   * @throws {VerificationError} `store_busy`.
   */
  async consume(request: ConsumeRequest): Promise<Consumption> {
    checkRequest(request);
    const row = await rowOf(request, this.#settings.warm);
    if (isLate(request)) return 'cold';
    return this.#persist(() => this.#attempt(this.#database, row));
  }

  /** As `consume`, of all or none. */
  async consumeAll(requests: readonly ConsumeRequest[]): Promise<Consumption> {
    checkRequests(requests);
    const [first, ...others] = requests;
    if (first === undefined) return 'consumed';
    return others.length === 0 ? this.consume(first) : this.consumeWith(requests, []);
  }

  /** As `consumeAll`, and runs statements together with it; none of them unless all nonces are recorded. */
  async consumeWith(requests: readonly ConsumeRequest[], statements: readonly SqlStatement[]): Promise<Consumption> {
    checkRequests(requests);
    const rows: Row[] = [];
    for (const request of requests) rows.push(await rowOf(request, this.#settings.warm));
    if (this.#database.transaction !== undefined) return this.#persist(() => this.#attemptAll(rows, statements));
    if (this.#database.batch === undefined || this.statements.strict === undefined)
      throw new TypeError('this database has neither transactions nor batches: it cannot record several things together');
    return this.#persist(() => this.#attemptBatch(rows, statements));
  }

  /** Begins an epoch: nothing of what was created until now is known. */
  async restart(now: number): Promise<void> {
    const { outside, earlierFutureSkew } = this.#settings;
    await (outside ?? this.#database).run(this.statements.restart, [Math.max(now, this.#latest), earlierFutureSkew]);
    epochs.get(this.#database.opened ?? this.#database)?.delete(this.#settings.prefix);
  }

  /** The epoch of this process; `undefined` where the database has one. */
  get #epoch(): Epoch | undefined {
    return this.#settings.stored ? undefined : epochOf(this.#database, this.#settings);
  }

  /** Tries again for a while where a copy is in flight; not with a transaction in hand, which may be what the other waits for. */
  async #persist(attempt: () => Promise<Attempt>): Promise<Consumption> {
    try {
      const most = this.#database.inTransaction === true ? 0 : this.#settings.lockTimeout;
      let waited = 0;
      for (let pause = 0.002; ; pause *= 2) {
        const answer = await attempt();
        if (answer !== 'busy') return answer;
        if (waited >= most) throw storeBusy();
        const next = Math.min(pause, most - waited, 0.1);
        await systemSleep(next, undefined);
        waited += next;
      }
    } catch (error) {
      throw asBusy(error);
    }
  }

  async #attemptAll(rows: readonly Row[], statements: readonly SqlStatement[]): Promise<Attempt> {
    try {
      return await this.#database.transaction!(async (inside): Promise<Attempt> => {
        for (const row of rows) {
          const answer = isLate(row.request) ? 'cold' : await this.#attempt(inside, row);
          if (answer !== 'consumed') throw new NotAll(answer);
        }
        for (const { sql, values } of statements) await inside.run(sql, values);
        return 'consumed';
      });
    } catch (error) {
      if (error instanceof NotAll) return error.answer;
      throw error;
    }
  }

  /** Where there are no transactions: statements that fail, and undo all, unless they record a nonce. */
  async #attemptBatch(rows: readonly Row[], statements: readonly SqlStatement[], again = false): Promise<Attempt> {
    for (const row of rows) {
      this.#note(row);
      if (isLate(row.request)) return 'cold';
      if (this.#isCold(row)) return (await this.#look(this.#database, row)).known ? 'replayed' : 'cold';
    }
    const recording = rows.map(({ values }) => ({ sql: this.statements.strict!, values }));
    try {
      const [made] = await this.#database.batch!([...recording, ...statements]);
      const [first] = rows;
      if (first !== undefined && this.#epoch === undefined && made?.[0]?.['begun'] === 0) await this.#begin(this.#database, first.request);
      return 'consumed';
    } catch (error) {
      for (const row of rows) {
        const reason = await this.#reasonOf(row, again);
        if (reason === 'again') return this.#attemptBatch(rows, statements, true);
        if (reason !== undefined) return reason;
      }
      // No nonce is at fault: one of the statements is.
      throw error;
    }
  }

  /** Why a batch could not record a nonce; `undefined` if it could. */
  async #reasonOf(row: Row, again: boolean): Promise<Attempt | 'again' | undefined> {
    const [found] = await this.#database.run(this.statements.holds!, row.values);
    const looked = await this.#look(this.#database, row);
    if (found?.['holds'] === 1 && !looked.known) return undefined;
    return this.#reason(this.#database, row, looked, again);
  }

  async #attempt(database: Database, row: Row, again = false): Promise<Attempt> {
    this.#note(row);
    if (this.#isCold(row)) return (await this.#look(database, row)).known ? 'replayed' : 'cold';
    const [made] = await database.run(this.statements.consume, row.values);
    if (made?.['added'] === 1) {
      if (this.#epoch === undefined && made['begun'] === 0) await this.#begin(database, row.request);
      return 'consumed';
    }
    const looked = await this.#look(database, row);
    if (!looked.known && made !== undefined && made['free'] !== 1) return 'busy';
    const reason = await this.#reason(database, row, looked, again);
    return reason === 'again' ? this.#attempt(database, row, true) : reason;
  }

  /** Takes note of the time, and of the first message. */
  #note({ request }: Row): void {
    this.#latest = Math.max(this.#latest, request.now);
    this.#epoch?.note(request);
  }

  #isCold({ request }: Row): boolean {
    return this.#epoch?.isCold(request) === true;
  }

  /** Why a nonce was not recorded; `again` if it can be now. */
  async #reason(
    database: Database,
    { request }: Row,
    { known, identity, skew, current }: Looked,
    again: boolean,
  ): Promise<Attempt | 'again'> {
    if (known) return 'replayed';
    if (this.#epoch !== undefined) return 'cold';
    // If the epoch is begun elsewhere it is cold, otherwise the new epoch tells.
    if (identity !== current) return (await this.#begin(database, request)) && !again ? 'again' : 'cold';
    // A verifier with a greater skew than any before: it is noted before one of its messages is accepted.
    if (skew < request.futureSkew)
      return (await this.#outside(database, this.statements.widen, [request.futureSkew])) && !again ? 'again' : 'busy';
    return 'cold';
  }

  async #look(database: Database, { scope, nonce }: Row): Promise<Looked> {
    const [row] = await database.run(this.statements.look, [scope, nonce]);
    return readLook(row);
  }

  /** Begins an epoch. Answers whether it holds already: outside of a transaction nobody waits for it with the transaction's connection in hand. */
  async #begin(database: Database, { now, futureSkew }: ConsumeRequest): Promise<boolean> {
    const { earlierFutureSkew, warm } = this.#settings;
    const latest = Math.max(now, this.#latest);
    const { clock } = warm ? { clock: 0 } : readLook((await database.run(this.statements.look, ['', '']))[0]);
    const started = warm ? 0 : Math.max(latest, clock);
    return this.#outside(database, this.statements.begin, [started, latest, Math.max(futureSkew, earlierFutureSkew)]);
  }

  /** Runs a statement that must last. Answers whether it has run. */
  async #outside(database: Database, sql: string, values: readonly SqlValue[]): Promise<boolean> {
    const elsewhere = database.inTransaction === true ? (this.#settings.outside ?? database.outside) : undefined;
    if (elsewhere === undefined) {
      await database.run(sql, values);
      return true;
    }
    // Fails as the next request will: that one tells.
    this.#beginning ??= runLater(elsewhere, sql, values).finally(() => {
      this.#beginning = undefined;
    });
    return false;
  }
}

async function runLater(database: Database, sql: string, values: readonly SqlValue[]): Promise<void> {
  try {
    await database.run(sql, values);
  } catch {
    // Nobody waits for this. The next request meets the same fault, and answers for it.
  }
}
