import { aesGcmSealer, createApiKeys, memoryKeyStore } from 'countersign/api-keys';
import { createKeyPortal } from 'countersign/portal';

const sealer = aesGcmSealer({ current: 'm', keys: { m: new Uint8Array(32).fill(1) } });

const portal = createKeyPortal({
  apiKeys: createApiKeys({ store: memoryKeyStore(), sealer, prefix: 'bank' }),
  basePath: '/bank/keys',
  formSecret: new Uint8Array(32).fill(2),
  authenticate: ({ headers }) => {
    const owner = headers.get('cookie')?.replace('user=', '');
    return owner === undefined ? undefined : { owner };
  },
});

export const GET = portal;
export const POST = portal;
