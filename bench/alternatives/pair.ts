/** Signing and verifying as one piece of work: the shape of every alternative that signs. */
import type { Alternative } from '../harness.ts';

/**
 * One library's way to sign a request and to verify it. Its calls stand alone in `sign` and `verify`, so that nothing but
 * the library makes anybody wait; what answers at once is not awaited.
 */
export interface Pair<Made, Signed, Answer> {
  readonly name: string;
  sign(index: number): Made | Promise<Made>;
  /** What travels between the two. */
  send(index: number, made: Made): Signed;
  verify(signed: Signed): Answer | Promise<Answer>;
  /** Whether the answer means yes. An error of `verify` means no. */
  accepts(answer: Answer): boolean;
  /** A copy in which something that was signed is different. */
  tamper(signed: Signed): Signed;
}

/** An alternative of a pair. */
export function pair<Made, Signed, Answer>({ name, sign, send, verify, accepts, tamper }: Pair<Made, Signed, Answer>): Alternative {
  const run = (index: number): boolean | Promise<boolean> => {
    const made = sign(index);
    if (made instanceof Promise) return runLater(index, made);
    const answer = verify(send(index, made));
    return answer instanceof Promise ? answer.then(accepts) : accepts(answer);
  };
  const runLater = async (index: number, made: Promise<Made>): Promise<boolean> => accepts(await verify(send(index, await made)));
  const check = async (): Promise<void> => {
    for (let index = 0; index < 3; index++) {
      if ((await run(index)) !== true) throw new Error(`${name}: an honest request is refused`);
      if (await holds(tamper(send(index, await sign(index))))) throw new Error(`${name}: a tampered request is accepted`);
    }
  };
  const holds = async (signed: Signed): Promise<boolean> => {
    try {
      return accepts(await verify(signed));
    } catch {
      return false;
    }
  };
  return { name, run, check };
}
