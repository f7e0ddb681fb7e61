// Operations by id, newest first. Lists come without the members of an
// operation; what is known of them is kept.

const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

export function operationState(operation) {
  return (operation.state ?? '').replace('OPERATION_STATE_', '');
}

export function hasEnded(operation) {
  return ENDED.includes(operationState(operation));
}

export class OperationList {
  constructor() {
    this.clear();
  }

  clear() {
    this.byId = new Map();
  }

  put(operation) {
    const known = this.byId.get(operation.id);
    // The stream and the calls may cross.
    if (known && (known.revision ?? 0) > (operation.revision ?? 0)) return;
    const members = operation.members?.length ? operation.members
                                              : known?.members ?? [];
    this.byId.set(operation.id, { ...operation, members });
  }

  remove(id) {
    this.byId.delete(id);
  }

  // A whole list: what is not in it does not exist any more.
  replace(operations) {
    const ids = new Set(operations.map((operation) => operation.id));
    for (const id of this.byId.keys()) if (!ids.has(id)) this.byId.delete(id);
    for (const operation of operations) this.put(operation);
  }

  get(id) {
    return this.byId.get(id);
  }

  all() {
    return [...this.byId.values()].sort(
        (a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''));
  }

  active() {
    return this.all().filter((operation) => !hasEnded(operation));
  }
}
