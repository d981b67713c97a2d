namespace RlsChat.Database.Commands;

// Prints rows in columns.
internal static class Table
{
    /// <summary>Pads each column to its widest cell, up to a limit, except the last.</summary>
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
