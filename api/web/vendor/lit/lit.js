export * from "./lit-element.js";
export { live } from "./live.js";
export { repeat } from "./repeat.js";
