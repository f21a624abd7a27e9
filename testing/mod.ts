/**
 * What tests of your own need: a clock that stands still, and the cases that every storage must pass.
 *
 * @module
 */
export * from "./fake_clock.ts";
