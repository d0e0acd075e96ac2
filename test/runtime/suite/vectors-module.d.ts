/** Made by `rig/stage.ts` when it bundles the suite. */
declare module 'vectors:all' {
  const vectors: import('./vectors.ts').BundledVectors;
  export default vectors;
}
