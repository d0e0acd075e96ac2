/** Signing and verifying as one piece of work: the shape of every alternative that signs. */
import type { Alternative } from '../harness.ts';

/** One library's way to sign a request and to verify it. `Signed` is whatever travels between the two. */
export interface Pair<Signed> {
  readonly name: string;
  sign(index: number): Signed | Promise<Signed>;
  /** `true` if it holds; `false` or an error if it does not. */
  verify(signed: Signed): boolean | Promise<boolean>;
  /** A copy in which something that was signed is different. */
  tamper(signed: Signed): Signed;
}

/** An alternative of a pair. */
export function pair<Signed>({ name, sign, verify, tamper }: Pair<Signed>): Alternative {
  const run = (index: number): boolean | Promise<boolean> => {
    const signed = sign(index);
    return signed instanceof Promise ? signed.then(verify) : verify(signed);
  };
  const check = async (): Promise<void> => {
    for (let index = 0; index < 3; index++) {
      if ((await run(index)) !== true) throw new Error(`${name}: an honest request is refused`);
      if (await holds(tamper(await sign(index)))) throw new Error(`${name}: a tampered request is accepted`);
    }
  };
  const holds = async (signed: Signed): Promise<boolean> => {
    try {
      return await verify(signed);
    } catch {
      return false;
    }
  };
  return { name, run, check };
}
