using Spectre.Console;

namespace RlsChat.Database.Commands;

// Prints rows as a table as wide as the terminal.
internal static class Terminal
{
    private const int WidthOfFiles = 160;

    /// <summary>Breaks what does not fit into lines.</summary>
    public static void Print(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table { ShowRowSeparators = true }.AddColumns(columns);
        foreach (var row in rows)
        {
            // As text: an expression may have the brackets of markup.
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfFiles;
        }

        AnsiConsole.Write(table);
    }
}
