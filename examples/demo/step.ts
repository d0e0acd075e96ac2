/** One line of the transcript. */
export interface Step {
  readonly title: string;
  readonly detail: string;
  /** Whether it went as it should. */
  readonly ok: boolean;
}

/** Hears each step as it happens. */
export type Tell = (step: Step) => void;
