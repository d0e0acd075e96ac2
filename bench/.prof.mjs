import { createHmac, createSecretKey } from 'node:crypto';
import { createVerifier, hmacKey, hmacSigner, memoryReplayStore, signRequest } from 'countersign';

const secret = new TextEncoder().encode('correct horse battery staple, 32+');
const signer = hmacSigner({ keyid: 'jdoe', secret });
const key = hmacKey(secret);
const T = Array.from({ length: 1000 }, (_, i) => `/accounts/${1000 + i}/coins?to=jdoe&amount=10`);
const req = (i) => ({
  method: 'POST',
  scheme: 'https',
  authority: 'bank.example',
  target: T[i % 1000],
  fields: [['content-type', 'application/json']],
});
const mk = () =>
  createVerifier({
    authority: 'bank.example',
    resolveKey: (k) => (k === 'jdoe' ? key : undefined),
    replayStore: process.argv[4]
      ? { consume: () => 'consumed' }
      : memoryReplayStore({ capacity: 2 ** 24, insecurelyAssumeNoEarlierMessages: true }),
    policy: { components: ['content-type'] },
  });
const N = 10000;
const cpu = () => {
  const u = process.threadCpuUsage();
  return (u.user + u.system) / 1000;
};
const ko = createSecretKey(secret);
const what = process.argv[2] ?? 'all';
const R = Number(process.argv[3] ?? 12);
const S = { sign: [], verify: [], bare: [] };
let msgs = [];
for (let r = 0; r < R; r++) {
  const v = mk();
  let t = cpu(),
    base;
  if (what !== 'verify' || r === 0) {
    msgs = [];
    for (let i = 0; i < N; i++) {
      const m = req(i);
      const { fields, base: b } = await signRequest(m, { signer });
      base = b;
      msgs.push({ ...m, fields: [...m.fields, ...fields] });
    }
    S.sign.push(cpu() - t);
  }
  t = cpu();
  if (what !== 'sign') for (let i = 0; i < N; i++) await v.verifyRequest(msgs[i]);
  S.verify.push(cpu() - t);
  if (what !== 'all') continue;
  const bb = new TextEncoder().encode(base);
  t = cpu();
  for (let i = 0; i < N; i++) {
    createHmac('sha256', ko).update(bb).digest();
  }
  S.bare.push(cpu() - t);
}
for (const k in S) {
  const s = S[k].sort((a, b) => a - b);
  if (s.length) console.log(k, 'median', ((s[s.length >> 1] / N) * 1000).toFixed(2), 'min', ((s[0] / N) * 1000).toFixed(2));
}
