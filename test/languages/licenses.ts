import type { Peer } from './peer.ts';
import type { Report } from './report.ts';
import type { Toolchain } from './toolchain.ts';
export async function checkLicenses(_report: Report, _toolchain: Toolchain, _peer: Peer): Promise<void> {}
