/** What is loaded while the first two questions of the report form are answered. */
export { MoreStep } from "./morestep";
export { Sent } from "./sent";
export { Later, Upload, Waits } from "./waits";
