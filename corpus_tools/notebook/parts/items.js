// What is marked, as a view sees it: what Python says is on disk, and on top of it what waits in the outbox.

/** Fold commands that are not acknowledged yet into the annotations and suggestions. */
function foldPending(marks, operations, number) {
  const annotations = new Map((marks.annotations ?? []).map((item) => [item.id, item]));
  const suggestions = new Map((marks.suggestions ?? []).map((item) => [item.key, item]));
  for (const op of operations) {
    if (op.op === "add" && op.article === number && !annotations.has(op.id)) {
      annotations.set(op.id, { ...op.record, id: op.id, origin: "manual", pending: true });
    } else if (op.op === "revise" && annotations.has(op.id)) {
      annotations.set(op.id, { ...annotations.get(op.id), ...op.changes, pending: true });
    } else if (op.op === "retract" && annotations.has(op.id)) {
      annotations.set(op.id, { ...annotations.get(op.id), pending: true, fading: true });
    } else if (op.op === "accept") {
      for (const [key, id] of Object.entries(op.choices)) {
        const found = suggestions.get(key);
        suggestions.delete(key);
        if (found && !annotations.has(id)) annotations.set(id, { ...found, ...op.changes, key: undefined, id, pending: true });
      }
    } else if (op.op === "reject") {
      suggestions.delete(op.key);
    }
  }
  return [...annotations.values(), ...suggestions.values()].sort((a, b) => firstOf(a) - firstOf(b));
}

function spansOf(item) {
  if (item.type === "frame") return item.spans;
  return [item.holder?.span, ...(item.cue ?? []), item.target?.span].filter(Boolean);
}

/** Where a mark begins; what is said of the whole article comes before everything. */
function firstOf(item) {
  const spans = spansOf(item);
  return spans.length ? Math.min(...spans.map(([start]) => start)) : -1;
}

function covers(item, start, end) {
  return spansOf(item).some(([a, b]) => a < end && b > start);
}

/** The ranges to draw for all items. `style(label)` gives code, colour and line; stances are numbered in text order. */
function toRanges(items, lanes, style) {
  const ranges = [];
  const numbers = new Map();
  let count = 0;
  const free = { ...lanes };
  for (const item of items) {
    const looks = ["pending", "fading"].filter((name) => item[name]);
    if (item.key !== undefined) looks.push("suggested");
    if (item.flag) looks.push("flagged");
    if (item.old) looks.push("stale");
    const look = looks.join(" ");
    for (const [start, end] of item.key === undefined ? [] : (item.evidence ?? [])) {
      ranges.push({ start, end, kind: "evidence", look: "evidence", key: "e" });
    }
    if (item.type === "frame") {
      free[item.label] ??= 1 + Math.max(-1, ...Object.values(free));
      const { code, colour, line } = style(item.label);
      for (const [start, end] of item.spans) {
        const sign = item.key === undefined ? code : `${code}?`;
        ranges.push({ start, end, kind: "frame", lane: free[item.label], colour, line, sign, look, key: `f${item.label}${free[item.label]}${look}` });
      }
    } else {
      count += 1;
      numbers.set(item.id ?? item.key, count);
      const slots = [["holder", item.holder?.span], ["target", item.target?.span], ...(item.cue ?? []).map((span) => ["cue", span])];
      for (const [role, span] of slots) {
        const sign = role === "cue" ? null : `${count}${item.key === undefined ? "" : "?"}`;
        if (span) ranges.push({ start: span[0], end: span[1], kind: "slot", role, sign, look, key: `s${role}${count}${look}` });
      }
    }
  }
  return { ranges, numbers, lanes: 1 + Math.max(-1, ...ranges.map((range) => range.lane ?? -1)) };
}
