/**
 * What tests of your own need: a clock that stands still, and the cases that every storage must pass.
 *
 * @module
 */
export * from "./fake_clock.ts";
export { type StorageCapability, type StorageCase, StorageCaseError } from "./storage_case.ts";
export * from "./storage_cases.ts";
export * from "./simulate.ts";
