/** Milliseconds that this thread has worked: a neighbour on a busy machine takes time, but not this. */
function workTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Milliseconds of work that one run takes, over as many runs as take about `enough` milliseconds: some systems count work in
 * ticks of several milliseconds. What is done on other threads, as WebCrypto does it, is not in it.
 */
export async function workOf(run: () => unknown, enough: number): Promise<number> {
  const start = workTime();
  for (let runs = 1; ; runs++) {
    await run();
    const spent = workTime() - start;
    if (spent >= enough) return spent / runs;
  }
}
