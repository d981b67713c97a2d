using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace RlsChat.Api.Text;

/// <summary>
/// Unicode normalization form C, from the tables in Nfc.txt. <see cref="string.Normalize()"/> changes nothing
/// without ICU, which this program does not load (InvariantGlobalization), and with it the result would depend on
/// the machine: a password hash must not.
/// </summary>
internal static class Nfc
{
    private const int HangulS = 0xAC00, HangulL = 0x1100, HangulV = 0x1161, HangulT = 0x11A7, L = 19, V = 21, T = 28;

    private static readonly Lazy<Tables> Known = new(Tables.Read);

    /// <summary>The text in form C; itself when it is in that form already.</summary>
    public static string Of(string text)
    {
        // Below U+0300 nothing composes or is reordered.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02ff'))
        {
            return text;
        }

        var tables = Known.Value;
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            tables.Decompose(rune.Value, points);
        }

        Order(points, tables);
        Compose(points, tables);
        var composed = new StringBuilder(text.Length);
        foreach (var point in points)
        {
            composed.Append(new Rune(point).ToString());
        }

        return composed.ToString();
    }

    /// <summary>Marks of different classes stand in the order of these.</summary>
    private static void Order(List<int> points, Tables tables)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var (point, @class) = (points[i], tables.Class(points[i]));
            var at = i;
            while (@class > 0 && at > 0 && tables.Class(points[at - 1]) > @class)
            {
                points[at] = points[--at];
            }

            points[at] = point;
        }
    }

    /// <summary>A mark joins the starter before it, unless one of its own class or a higher one stands between.</summary>
    private static void Compose(List<int> points, Tables tables)
    {
        var (length, starter, last) = (0, -1, -1);
        foreach (var point in points.ToArray())
        {
            var @class = tables.Class(point);
            if (starter >= 0 && last < @class && tables.Composed(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            (starter, last) = @class == 0 ? (length, -1) : (starter, @class);
            points[length++] = point;
        }

        points.RemoveRange(length, points.Count - length);
    }

    private sealed class Tables
    {
        private readonly FrozenDictionary<int, int[]> _parts;
        private readonly FrozenDictionary<(int, int), int> _wholes;
        private readonly FrozenDictionary<int, int> _classes;

        private Tables(Dictionary<int, int[]> parts, Dictionary<(int, int), int> wholes, Dictionary<int, int> classes) =>
            (_parts, _wholes, _classes) = (parts.ToFrozenDictionary(), wholes.ToFrozenDictionary(), classes.ToFrozenDictionary());

        public static Tables Read()
        {
            var (parts, wholes, classes) = (new Dictionary<int, int[]>(), new Dictionary<(int, int), int>(), new Dictionary<int, int>());
            using var reader = new StreamReader(typeof(Nfc).Assembly.GetManifestResourceStream("Nfc.txt")!);
            while (reader.ReadLine() is { } line)
            {
                foreach (var entry in line[0] == '#' ? [] : line[2..].Split(' ').Select(entry => entry.Split('=')))
                {
                    if (line[0] == '=')
                    {
                        var range = entry[0].Split('-');
                        for (var point = Hex(range[0]); point <= Hex(range[^1]); point++)
                        {
                            classes[point] = int.Parse(entry[1], CultureInfo.InvariantCulture);
                        }

                        continue;
                    }

                    int[] into = [.. entry[1].Split('.').Select(Hex)];
                    parts[Hex(entry[0])] = into;
                    if (line[0] == '+')
                    {
                        wholes[(into[0], into[1])] = Hex(entry[0]);
                    }
                }
            }

            return new(parts, wholes, classes);
        }

        public int Class(int point) => _classes.GetValueOrDefault(point);

        /// <summary>Hangul syllables stay: their parts only ever compose.</summary>
        public void Decompose(int point, List<int> into)
        {
            if (!_parts.TryGetValue(point, out var parts))
            {
                into.Add(point);
                return;
            }

            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }

        public int? Composed(int first, int second) =>
            first - HangulL is >= 0 and < L && second - HangulV is >= 0 and < V
                ? HangulS + (((first - HangulL) * V) + second - HangulV) * T
            : first - HangulS is >= 0 and < L * V * T && (first - HangulS) % T == 0 && second - HangulT is > 0 and < T
                ? first + second - HangulT
            : _wholes.TryGetValue((first, second), out var whole) ? whole : null;

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
