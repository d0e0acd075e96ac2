/**
 * countersign/presets: what other protocols sign, as plain policies and options of signing. Spread them, and change what you want otherwise.
 *
 * @module
 */

export { activityPub } from './activity-pub.ts';
export { openPayments } from './open-payments.ts';
export type { Preset, PresetPolicy, PresetSigning } from './preset.ts';
export { type DirectoryPreset, webBotAuth } from './web-bot-auth.ts';
