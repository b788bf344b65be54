/** Every environment there is: the catalogue, the command line and the conformance suite read this list. */
export { junction } from "./junction.js";
export { twoRooms } from "./two-rooms.js";
export { twoRoomsMini } from "./two-rooms-mini.js";
