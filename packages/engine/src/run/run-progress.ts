/** How far a run is. `fraction` goes from 0 to 1 and never back. */
export interface RunProgress {
  readonly fraction: number;
  /** In words: `NZ Roads: 120,000 features`. */
  readonly stage: string;
}
