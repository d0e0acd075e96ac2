import { median, ratio, runScenario } from './harness.ts';
import { scenario } from './scenarios/hmac.ts';

const s = await scenario();
const only = process.argv[2] ? s.alternatives.filter((a) => /bare|countersign|sig$/.test(a.name)) : s.alternatives;
const t = await runScenario({ ...s, alternatives: only });
for (const x of t) console.log(x.name.padEnd(30), (median(x.samples) / 1000).toFixed(2), ratio(t, x.name, t[0].name).toFixed(2));
