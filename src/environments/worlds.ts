/** Every environment there is: the catalogue, the command line and the conformance suite read this list. */
export { junction } from "./junction.js";
export { movingGlyphs } from "./moving-glyphs.js";
export { occluder } from "./occluder.js";
export { push } from "./push.js";
export { twoRooms } from "./two-rooms.js";
export { twoRoomsMini } from "./two-rooms-mini.js";
