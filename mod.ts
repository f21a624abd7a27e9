/**
 * Doze: a Durable Object dozes while a Worker does the waiting. The runtime-agnostic core.
 *
 * @module
 */
export * from "./core/errors.ts";
export * from "./core/clock.ts";
export * from "./core/storage.ts";
export * from "./core/sql_driver.ts";
export { SchemaTooNewError } from "./core/sql_schema.ts";
export * from "./core/sql_storage.ts";
export * from "./core/strategies/cost_model.ts";
