// What differs between two texts, line by line.

/** Beyond so many comparisons, what differs is one block. */
const MOST = 4e6;

/** The lines of both, in order: [' ', line] in both, ['-', line] only before, ['+', line] only after. */
export function diff(before, after) {
  const [a, b] = [before, after].map(text => (text === '' ? [] : text.split('\n')));
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start++;
  }

  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) {
    end++;
  }

  const same = lines => lines.map(line => [' ', line]);
  return [...same(a.slice(0, start)), ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)), ...same(a.slice(a.length - end))];
}

/** By the longest common subsequence. */
function middle(a, b) {
  if (a.length * b.length > MOST) {
    return [...a.map(line => ['-', line]), ...b.map(line => ['+', line])];
  }

  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }

  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([' ', a[i++]]);
      j++;
    } else if (j === b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      lines.push(['-', a[i++]]);
    } else {
      lines.push(['+', b[j++]]);
    }
  }

  return lines;
}
