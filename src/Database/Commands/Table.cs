namespace RlsChat.Database.Commands;

// Rows in columns, on a terminal.
internal static class Table
{
    /// <summary>Every column as wide as its widest cell, up to a limit; the last one as it comes.</summary>
    public static void Print(IReadOnlyList<string[]> rows)
    {
        const int most = 60;
        var lines = rows.Select(row => Array.ConvertAll(row, cell =>
            string.Join(' ', cell.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))).ToList();
        var widths = Enumerable.Range(0, rows[0].Length)
            .Select(column => Math.Min(most, lines.Max(line => line[column].Length))).ToArray();
        foreach (var line in lines)
        {
            Console.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
