// Offsets: Python counts code points, JavaScript UTF-16 units. Every offset is converted here and nowhere else.

class CodePoints {
  constructor(text) {
    this.astral = []; // the code point offsets of characters that take two units
    this.astral16 = [];
    let points = 0;
    for (let unit = 0; unit < text.length; unit += 1, points += 1) {
      const code = text.charCodeAt(unit);
      if (code >= 0xd800 && code < 0xdc00 && unit + 1 < text.length) {
        const low = text.charCodeAt(unit + 1);
        if (low >= 0xdc00 && low < 0xe000) {
          this.astral.push(points);
          this.astral16.push(unit);
          unit += 1;
        }
      }
    }
    this.length = points;
  }

  toUnits(point) {
    return point + countBelow(this.astral, point);
  }

  /** The code point at a unit; between the halves of a pair it is the one after the pair's character. */
  fromUnits(unit) {
    return unit - countBelow(this.astral16, unit);
  }
}

/** How many of the sorted numbers are smaller. */
function countBelow(numbers, limit) {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
