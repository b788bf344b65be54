/** Checks of actions, the same for every world. */
import { ShapeError, ValueError } from "../compute/errors.js";

/**
 * @throws ShapeError for an action of another width than the world's; ValueError for a number that is not finite
 */
export function requireAction(world: string, actionDim: number, action: ArrayLike<number>): void {
  if (action.length !== actionDim) {
    const hint = actionDim === 0 ? "This world goes on by itself: give [] as the action." : "";
    throw new ShapeError(`${world}.step`, "action", [actionDim], [action.length], hint);
  }
  for (let i = 0; i < actionDim; i++) {
    if (!Number.isFinite(action[i])) throw new ValueError(`${world}.step`, "action", "of finite numbers", action[i]);
  }
}
