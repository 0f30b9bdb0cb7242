// Which key was pressed, by one name on every keyboard: "3", "s", "Shift+u", "Alt+ArrowLeft", "/".

const BY_SIGN = new Set(["/", "?", "[", "]", "+"]);

function nameKey(event) {
  const { key, code } = event;
  if (BY_SIGN.has(key)) return key;
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code ?? "")?.[1]; // AZERTY has its digits on Shift
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : /^Key([A-Z])$/.exec(code ?? "")?.[1].toLowerCase();
  const name = digit ?? (key.length === 1 && letter ? letter : key === " " ? "Space" : key);
  return `${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${name}`;
}

const KEY_MAP = [
  ["Move and select", [
    [["←", "→"], "word by word; with Shift extend the selection"],
    [["↑", "↓"], "sentence by sentence; with Shift extend"],
    [["Home", "End"], "to the sentence's first and last word"],
    [["Alt", "←", "→"], "nudge the end by one character; with Shift the start"],
    [["[", "]"], "select the sentence; again: the one before or after too"],
    [["m"], "mouse selects whole words, or single characters"],
    [["F6"], "between the text and the column beside it"],
    [["Esc"], "step back; at last give the keys back to the notebook"],
  ]],
  ["Frames", [
    [["1", "…", "9"], "label the selection; the letters beside the labels do it too"],
    [["/"], "find a label by typing"],
    [["d"], "then a label: for the whole article"],
    [["v", "V"], "whose voice: the selected words; the author"],
    [["+"], "add the selection to the frame as a further piece"],
  ]],
  ["Stance", [
    [["s"], "start with the selection as holder; Enter fills the next slot"],
    [["a", "i"], "holder: the author; nobody named"],
    [["1", "…", "4"], "the value"],
    [["h", "t", "c"], "selection into holder, target, cue"],
    [["x", "1", "…"], "how it is expressed"],
    [["/"], "who or what a slot names, from the codebook"],
    [["S"], "another stance like the last, with another holder"],
  ]],
  ["What is there", [
    [["Tab"], "next annotation or suggestion; Shift+Tab the one before"],
    [["y", "n"], "accept, reject a suggestion; Y accepts all that are visible"],
    [["e", "Del"], "edit, delete"],
    [["f", "c", "p"], "flag, comment, properties"],
    [["u", "U"], "undo, redo, also across articles"],
  ]],
  ["Articles", [
    [["Enter"], "done, on to the next unfinished one"],
    [["k"], "skip with a reason"],
    [["q"], "the queue: search and jump"],
    [["r"], "read the codebook's file again"],
    [["?"], "these keys"],
  ]],
];
