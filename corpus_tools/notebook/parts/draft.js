// A stance in the making: holder, target, value, cue. Four slots, one of them waiting for the next key.

const SLOTS = ["holder", "target", "value", "cue"];

class Draft {
  constructor(filled = {}) {
    this.holder = filled.holder ?? null;
    this.target = filled.target ?? null;
    this.value = filled.value ?? null;
    this.cue = filled.cue ?? [];
    this.expression = filled.expression ?? null;
    this.editing = filled.editing ?? null; // the id of the stance, or the key of the suggestion, that is changed
    this.at = filled.at ?? "holder";
  }

  static of(item) {
    return new Draft({ ...item, value: item.label, editing: item.id ?? item.key, at: "ready" });
  }

  put(slot, span) {
    if (slot === "cue") this.cue = [...this.cue.filter(([a, b]) => a !== span[0] || b !== span[1]), span];
    else this[slot] = { span, entity: "?" };
    this.advance(slot);
  }

  /** Wait for the next slot that is open; after the cue for Enter. */
  advance(from) {
    const open = SLOTS.filter((slot) => slot !== "cue" && this[slot] === null);
    this.at = open[0] ?? (from === "cue" ? "ready" : "cue");
  }

  get complete() {
    return this.holder !== null && this.target !== null && this.value !== null;
  }

  get fields() {
    const { holder, target, cue, expression } = this;
    return { label: this.value, holder, target, cue, expression };
  }
}
