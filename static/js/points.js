// Reads points as people write them, as the server does (courses/points/names.py), with the table that the
// server sends. Text that names one point is that point; for anything else it asks and never guesses.
export const pointReader = (table) => {
  const CODE = /^(3?[a-zü]+)([0-9]+)$/;
  const SHORTEST_GUESS = 5;
  const MOST_WORDS = 12;
  const own = (map, key) => (Object.hasOwn(map, key) ? map[key] : undefined);
  const separators = new Set(table.separators);
  const tender = new Set(table.tender);
  const isDigit = (sign) => /^[0-9]$/.test(sign);
  const isAscii = (word) => /^\p{ASCII}*$/u.test(word);
  const isAlpha = (word) => /^\p{L}+$/u.test(word);
  const plain = (text) =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[\p{Mn}\p{Cf}]/gu, (sign) => (sign === "\u0308" ? sign : ""))
      .normalize("NFC");

  const kindOf = (sign) => {
    if (isDigit(sign)) return "digits";
    if (/^\p{L}$/u.test(sign)) return "letters";
    return separators.has(sign) || /^[\p{Zs}\p{Pd}]$/u.test(sign) ? "separator" : "unclear";
  };
  const wordsOf = (text) => {
    const words = [];
    let last = "separator";
    for (const sign of plain(text)) {
      const kind = kindOf(sign);
      if (kind === "unclear") return [];
      if (kind === last && kind !== "separator") words[words.length - 1] += sign;
      else if (kind !== "separator") words.push(sign);
      last = kind;
    }
    return words.map((word) => (isDigit(word[0]) ? word.replace(/^0+(?=.)/, "") : word));
  };
  const keyOf = (words) => {
    let key = "";
    words.forEach((word) => {
      key += isDigit(key.slice(-1)) && isDigit(word[0]) ? `.${word}` : word;
    });
    const found = CODE.exec(key);
    const channel = found && own(table.channels, found[1]);
    return channel ? channel.toLowerCase() + found[2] : key;
  };
  const withoutTones = (words) => {
    const names = words.filter((_word, place) => place % 2 === 0);
    const tones = words.filter((_word, place) => place % 2 === 1);
    const isToned = names.length === tones.length && names.length > 1 && names.every(isAlpha);
    return isToned && tones.every((tone) => /^[1-5]$/.test(tone)) ? names.join("") : "";
  };

  const at = (key) => {
    const places = key && own(table.keys, key);
    return places ? { places, outside: own(table.outside, key) || [], side: "" } : null;
  };
  const named = (words) => {
    const found = at(keyOf(words)) || at(withoutTones(words));
    if (found) return found;
    for (let cut = 1; cut < Math.min(words.length, MOST_WORDS); cut += 1) {
      const first = at(keyOf(words.slice(0, cut)));
      const rest = first && named(words.slice(cut));
      if (rest) {
        const places = first.places.filter((place) => rest.places.includes(place));
        const outside = first.outside.filter((code) => rest.outside.includes(code));
        return places.length ? { places, outside, side: "" } : null;
      }
    }
    return null;
  };
  const withSide = (words) => {
    const [head, tail] = [words[0], words[words.length - 1]];
    const splits = [
      [words.slice(0, -1), tail],
      [words.slice(1), head],
    ];
    const letters = (word) => [...word];
    if (!isAscii(tail)) {
      [1, 2].forEach((n) => {
        splits.push([
          [...words.slice(0, -1), letters(tail).slice(0, -n).join("")],
          letters(tail).slice(-n).join(""),
        ]);
      });
    }
    if (!isAscii(head)) {
      [1, 2].forEach((n) => {
        splits.push([[letters(head).slice(n).join(""), ...words.slice(1)], letters(head).slice(0, n).join("")]);
      });
    }
    for (const [rest, word] of splits) {
      const side = own(table.sides, word);
      const found = side && rest.length && rest.every(Boolean) ? named(rest) : null;
      if (found) return { ...found, side };
    }
    return null;
  };

  const isOneSlipAway = (one, other) => {
    if (one === other || Math.abs(one.length - other.length) > 1) return false;
    let start = 0;
    while (start < Math.min(one.length, other.length) && one[start] === other[start]) start += 1;
    const [a, b] = [one.slice(start), other.slice(start)];
    return (
      a.slice(1) === b.slice(1) ||
      a.slice(1) === b ||
      a === b.slice(1) ||
      (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
    );
  };
  const close = (key) => {
    if (key.length < SHORTEST_GUESS || !isAlpha(key)) return [];
    const near = new Set();
    Object.entries(table.keys).forEach(([name, places]) => {
      if (name.length < SHORTEST_GUESS || !isAlpha(name) || !isOneSlipAway(key, name)) return;
      places.forEach((place) => near.add(place));
    });
    return [...near].sort((a, b) => a - b);
  };
  const isTender = (words) =>
    [1, 2, 3].some((n) => n <= words.length && tender.has(keyOf(words.slice(0, n)))) ||
    words[0].startsWith("阿是");

  // The result for a text: the one code, or the codes to choose from; the side; whether it is a tender point.
  return (text) => {
    const codes = (places) => places.map((place) => table.codes[place]);
    const words = wordsOf(text);
    const found = words.length ? named(words) || withSide(words) : null;
    if (found) {
      const code = found.places.length === 1 && !found.outside.length ? table.codes[found.places[0]] : "";
      return {
        code,
        codes: codes(found.places),
        outside: found.outside,
        side: found.side,
        close: [],
        isTender: false,
      };
    }
    const near = words.length ? close(keyOf(words)) : [];
    return {
      code: "",
      codes: [],
      outside: [],
      side: "",
      close: codes(near),
      isTender: words.length > 0 && isTender(words),
    };
  };
};
