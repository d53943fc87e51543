import { patrolStates, type Checkpoint, type CheckpointState, type Patrol, type PatrolState } from "../api/patrols";

/** The states as a list shows them: what needs somebody first. */
export const stateOrder: readonly PatrolState[] = ["start_overdue", "active", "ready", "scheduled", "done", "cancelled"];

/** Patrols of one state. */
export interface PatrolGroup {
  state: PatrolState;
  patrols: Patrol[];
}

function compare(a: Patrol, b: Patrol): number {
  // Those where nobody is seen stand before all others of their state.
  const alarm = Number(b.absent_since != null) - Number(a.absent_since != null);
  if (alarm !== 0) return alarm;
  if (a.planned_start !== b.planned_start) return Date.parse(a.planned_start) - Date.parse(b.planned_start);
  return a.area.code < b.area.code ? -1 : a.area.code > b.area.code ? 1 : a.id < b.id ? -1 : 1;
}

/** Puts patrols into groups by state, the most urgent first, in each by when they begin. */
export function groupsOf(patrols: readonly Patrol[]): PatrolGroup[] {
  return stateOrder.map((state) => ({ state, patrols: patrols.filter((p) => p.state === state).sort(compare) })).filter((g) => g.patrols.length > 0);
}

/** Counts patrols by state. */
export function countsOf(patrols: readonly Patrol[]): Record<PatrolState, number> {
  const counts = Object.fromEntries(patrolStates.map((s) => [s, 0])) as Record<PatrolState, number>;
  for (const p of patrols) counts[p.state]++;
  return counts;
}

/** The states of checkpoints as a list shows them. */
export const checkpointOrder: readonly CheckpointState[] = ["overdue", "never", "due", "visited"];

/** Puts checkpoints in order: overdue ones first, among them the longest; then those that nobody has seen, by name. */
export function checkpointsInOrder(all: readonly Checkpoint[]): Checkpoint[] {
  const due = (c: Checkpoint) => (c.properties.due_at == null ? 0 : Date.parse(c.properties.due_at));
  return [...all].sort((a, b) => {
    const state = checkpointOrder.indexOf(a.properties.state) - checkpointOrder.indexOf(b.properties.state);
    if (state !== 0) return state;
    const when = a.properties.state === "never" ? 0 : due(a) - due(b);
    return when !== 0 ? when : a.properties.name.localeCompare(b.properties.name, "zh-CN");
  });
}

/** Gives those that have to be visited before an instant (milliseconds). */
export function dueBefore(all: readonly Checkpoint[], end: number): Checkpoint[] {
  return all.filter(({ properties: p }) => Date.parse(p.due_at) < end);
}
